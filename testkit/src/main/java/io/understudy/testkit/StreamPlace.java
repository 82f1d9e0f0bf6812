package io.understudy.testkit;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * A place in what one side of a connection says, that is found by looking at the bytes as they
 * pass. Immutable; any thread.
 */
public final class StreamPlace {
  private static final String MARK_BEGIN = "$EOF:";
  private static final int MARK_BYTES = 40;

  private final Supplier<Finder> finders;

  private StreamPlace(Supplier<Finder> finders) {
    this.finders = finders;
  }

  /** So many bytes behind the first occurrence of a text. */
  public static StreamPlace behind(String text, int bytes) {
    return new StreamPlace(() -> new Behind(text, bytes));
  }

  /** Inside of the mark at the end of a snapshot, behind so many of its 40 bytes. */
  public static StreamPlace inEndMark(int bytes) {
    return new StreamPlace(() -> new InEndMark(bytes));
  }

  Finder finder() {
    return finders.get();
  }

  /** Looks for a place in one direction of one connection. */
  interface Finder {
    /**
     * Looks at the next bytes, of which none was passed on.
     *
     * @return how many of them come before the place; -1 if it is not among them
     */
    int find(byte[] bytes, int length);
  }

  /** Looks for a text, and then counts. */
  private static final class Behind implements Finder {
    private final String text;
    private final long bytes;
    private String before = "";
    private long left = -1;

    Behind(String text, long bytes) {
      this.text = text;
      this.bytes = bytes;
    }

    @Override
    public int find(byte[] piece, int length) {
      if (left < 0) {
        String seen = before + new String(piece, 0, length, StandardCharsets.ISO_8859_1);
        int at = seen.indexOf(text);
        if (at < 0) {
          before = seen.substring(Math.max(0, seen.length() - text.length() + 1));
          return -1;
        }
        left = Math.max(0, at + text.length() + bytes - before.length());
      }
      if (left <= length) {
        return (int) left;
      }
      left -= length;
      return -1;
    }
  }

  /** Learns the mark at the snapshot's beginning, and looks for it at its end. */
  private static final class InEndMark implements Finder {
    private final int bytes;
    private String seen = "";
    private Finder mark = (piece, length) -> -1;
    private boolean known;

    InEndMark(int bytes) {
      this.bytes = bytes;
    }

    @Override
    public int find(byte[] piece, int length) {
      if (known) {
        return mark.find(piece, length);
      }
      seen += new String(piece, 0, length, StandardCharsets.ISO_8859_1);
      int at = seen.indexOf(MARK_BEGIN);
      if (at < 0 || seen.length() < at + MARK_BEGIN.length() + MARK_BYTES) {
        return -1;
      }
      int from = at + MARK_BEGIN.length();
      known = true;
      mark = new Behind(seen.substring(from, from + MARK_BYTES), bytes - MARK_BYTES);
      // What follows the beginning may already hold the end.
      String rest = seen.substring(from + MARK_BYTES);
      int found = mark.find(rest.getBytes(StandardCharsets.ISO_8859_1), rest.length());
      return found < 0 ? -1 : Math.max(0, length - rest.length()) + found;
    }
  }
}
