package io.understudy.replication.rdb;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Walks over an RDB file that comes in pieces of any size, and hands its parts to an {@link
 * RdbHandler}.
 *
 * <p>It decodes keys and looks at no value: a value is a range of bytes, which goes through in the
 * pieces that were fed, whatever its size. Held are only a key with its attributes, or one small
 * record, when a piece ends within it. The checksum is verified. An entry of an unknown type ends
 * the walk before its handler sees any byte of it.
 *
 * <p>Not thread-safe. After it threw, it only throws the same again.
 */
public final class RdbReader {
  private static final int CHECKSUM_BYTES = Long.BYTES;
  private static final int FIRST_HELD_BYTES = 64;

  /** What fits beside the tables of the checksum into a processor's second cache. */
  private static final int BLOCK_BYTES = 128 * 1024;

  private static final int MAX_GROWN = 1 << 30;

  /** A server that was told not to sum writes this. */
  private static final long UNCHECKED = 0;

  private static final Layout MODULE_DATA = Layout.of("m");

  /** Where in the file the next byte belongs. */
  private enum Phase {
    HEADER,
    HEAD,
    VALUE,
    CHECKSUM,
    COMPLETE
  }

  private final RdbHandler handler;
  private final RdbLimits limits;
  private final Cursor cursor;
  private final Head head;
  private final ValueWalker walker = new ValueWalker();

  private Phase phase = Phase.HEADER;
  private RdbVersion version = RdbVersion.LOWEST;
  private int database;
  private @Nullable RuntimeException failure;

  /** The start of an element whose end has not come yet. */
  private byte[] held = new byte[FIRST_HELD_BYTES];

  private int heldBytes;

  /** How many bytes it surely has. */
  private int neededBytes;

  /** Bytes to pass over before the next element. */
  private long skip;

  /** Whether the handler wants the bytes of the present part, from {@code passFrom} on. */
  private boolean passing;

  private int passFrom;

  /** What is being fed, and what to add to an index of the cursor for one of it. */
  private byte[] fed = {};

  private int shift;

  /** Whether the cursor is in what is held, not in what is being fed. */
  private boolean inHeld;

  /** The key of the value that is being walked over, once its own bytes are gone; for errors. */
  private String valueOf = "";

  private long position;
  private long checksum = Crc64.EMPTY;
  private boolean summing = true;

  /** Where the present block begins, and the sum of everything before it. */
  private int blockFrom;

  private long checksumBefore = Crc64.EMPTY;

  /** A reader at the start of a file. */
  public RdbReader(RdbHandler handler, RdbLimits limits) {
    this.handler = handler;
    this.limits = limits;
    cursor = new Cursor(limits.maxStringBytes());
    head = new Head(limits.maxHeldBytes());
  }

  /** Whether the file has ended, and was right. */
  public boolean isComplete() {
    return phase == Phase.COMPLETE;
  }

  /** How many bytes of the file were taken. */
  public long position() {
    return position;
  }

  /**
   * Takes the next bytes.
   *
   * @return how many of them belong to the file: all, unless its end is among them
   * @throws RdbException when they are damaged, or hold what is not known
   */
  public int feed(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    RuntimeException before = failure;
    if (before != null) {
      throw before;
    }
    if (phase == Phase.COMPLETE) {
      return 0;
    }
    fed = bytes;
    try {
      int at = offset;
      int end = offset + length;
      do {
        at = block(at, Math.min(end, at + BLOCK_BYTES));
      } while (at < end && phase != Phase.COMPLETE);
      return at - offset;
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    } finally {
      fed = held;
    }
  }

  /**
   * Takes some of what is fed. It is summed before it is walked over: the sum reads every byte in
   * order, which brings them near the processor, and the walk then jumps between them.
   */
  private int block(int from, int to) {
    passFrom = from;
    blockFrom = from;
    checksumBefore = checksum;
    if (summing) {
      checksum = Crc64.update(checksum, fed, from, to - from);
    }
    int at = walk(from, to);
    if (passing && at > passFrom) {
      handler.onBytes(fed, passFrom, at - passFrom);
    }
    position += at - from;
    return at;
  }

  private int walk(int from, int to) {
    int at = from;
    while (phase != Phase.COMPLETE) {
      if (skip > 0) {
        int skipped = (int) Math.min(skip, to - at);
        at += skipped;
        skip -= skipped;
        if (skip > 0) {
          break;
        }
      }
      if (heldBytes == 0) {
        at = walkFed(from, at, to);
        if (skip == 0 && phase != Phase.COMPLETE) {
          break;
        }
      } else if (at < to) {
        at += walkHeld(from, at, to);
      } else {
        break;
      }
    }
    if (phase == Phase.VALUE && valueOf.isEmpty()) {
      valueOf = head.entry.shownKey();
    }
    return at;
  }

  /** Takes element after element out of what was fed, and holds the beginning of the last. */
  private int walkFed(int from, int at, int to) {
    cursor.window(fed, at, to, position + at - from);
    shift = 0;
    inHeld = false;
    boolean complete = true;
    while (complete && skip == 0 && phase != Phase.COMPLETE) {
      complete = step();
    }
    int next = cursor.at;
    if (complete) {
      return next;
    }
    hold(next, to - next);
    neededBytes = cursor.needed - next;
    return to;
  }

  /**
   * Adds to what is held as much as is surely needed, and looks at it again.
   *
   * @return how many of the fed bytes were added
   */
  private int walkHeld(int from, int at, int to) {
    int added = Math.min(neededBytes - heldBytes, to - at);
    long start = position + at - from - heldBytes;
    hold(at, added);
    cursor.window(held, 0, heldBytes, start);
    shift = at + added - heldBytes;
    inHeld = true;
    boolean complete = step();
    if (complete || cursor.at > 0) {
      heldBytes = 0;
    } else {
      neededBytes = cursor.needed;
    }
    return added;
  }

  private void hold(int from, int length) {
    if (heldBytes + length > limits.maxHeldBytes() + FIRST_HELD_BYTES) {
      throw RdbException.overLimit(
          position, "more than " + limits.maxHeldBytes() + " bytes before a value or in a record");
    }
    if (heldBytes + length > held.length) {
      held =
          Arrays.copyOf(held, Math.max(heldBytes + length, Math.min(2 * held.length, MAX_GROWN)));
    }
    System.arraycopy(fed, from, held, heldBytes, length);
    heldBytes += length;
  }

  /**
   * Takes one element at the cursor.
   *
   * @return false when it is not complete; the cursor then stands before it and says what it needs
   */
  private boolean step() {
    return switch (phase) {
      case HEADER -> header();
      case HEAD -> head();
      case VALUE -> value();
      case CHECKSUM -> checksum();
      case COMPLETE -> throw new IllegalStateException("the file is complete");
    };
  }

  private boolean header() {
    int p = cursor.at;
    int end = p + RdbVersion.HEADER_BYTES;
    if (end > cursor.end) {
      cursor.need(end);
      return false;
    }
    version = RdbVersion.parse(cursor.bytes, p);
    head.begin(version);
    phase = Phase.HEAD;
    cursor.at = end;
    handler.onStart(version);
    return true;
  }

  private boolean head() {
    int start = cursor.at;
    int end = head.read(cursor, database);
    if (end == Cursor.SHORT) {
      return false;
    }
    cursor.at = end;
    switch (head.found) {
      case ENTRY -> {
        RdbEntry entry = head.entry;
        valueOf = inHeld ? entry.shownKey() : "";
        begin(entry.type().layout(), handler.onEntry(entry), start);
      }
      case RECORD -> record(start);
      case RECORD_HEAD -> {
        valueOf = "a module's data";
        head.valueStart = start;
        begin(MODULE_DATA, handler.onRecord(head.record), start);
      }
      case END -> {
        summing = false;
        checksum = Crc64.update(checksumBefore, fed, blockFrom, end + shift - blockFrom);
        if (version.hasChecksum()) {
          phase = Phase.CHECKSUM;
        } else {
          complete();
        }
      }
    }
    return true;
  }

  private void begin(Layout layout, Take take, int start) {
    walker.begin(layout);
    phase = Phase.VALUE;
    passing = take != Take.NOTHING;
    int from = take == Take.WHOLE ? start : head.valueStart;
    if (!inHeld) {
      passFrom = from;
      return;
    }
    if (passing && from < cursor.at) {
      handler.onBytes(held, from, cursor.at - from);
    }
    passFrom = cursor.at + shift;
  }

  private void record(int start) {
    if (head.record instanceof RdbRecord.Database(int number)) {
      database = number;
    } else if (head.record instanceof RdbRecord.Template(long number, List<byte[]> fields)) {
      walker.define(number, fields.size());
      if (walker.templates() > limits.maxTemplates()) {
        throw cursor.damage(start, "more than " + limits.maxTemplates() + " templates of hashes");
      }
    }
    if (handler.onRecord(head.record) != Take.NOTHING) {
      handler.onBytes(cursor.bytes, start, cursor.at - start);
      handler.onPartEnd();
    }
  }

  private boolean value() {
    int found;
    try {
      found = walker.walk(cursor);
    } catch (RdbException e) {
      throw e.within(valueOf.isEmpty() ? head.entry.shownKey() : valueOf);
    }
    switch (found) {
      case ValueWalker.MORE -> {
        return false;
      }
      case ValueWalker.SKIP -> skip = walker.skip;
      default -> {
        phase = Phase.HEAD;
        if (passing) {
          passing = false;
          int end = cursor.at + shift;
          if (end > passFrom) {
            handler.onBytes(fed, passFrom, end - passFrom);
          }
          handler.onPartEnd();
        }
      }
    }
    return true;
  }

  private boolean checksum() {
    int p = cursor.at;
    if (p + CHECKSUM_BYTES > cursor.end) {
      cursor.need(p + CHECKSUM_BYTES);
      return false;
    }
    long written = (long) Numbers.LITTLE_LONG.get(cursor.bytes, p);
    if (written != UNCHECKED && written != checksum) {
      throw cursor.damage(
          p,
          "the checksum is wrong: the file says "
              + Long.toHexString(written)
              + ", its bytes give "
              + Long.toHexString(checksum));
    }
    cursor.at = p + CHECKSUM_BYTES;
    complete();
    return true;
  }

  private void complete() {
    phase = Phase.COMPLETE;
    handler.onEnd();
  }

  /**
   * Says that no bytes follow.
   *
   * @throws RdbException when the file is not complete
   */
  public void end() {
    RuntimeException before = failure;
    if (before != null) {
      throw before;
    }
    if (phase != Phase.COMPLETE) {
      RdbException truncated = RdbException.at(position, missing());
      failure = truncated;
      throw truncated;
    }
  }

  private String missing() {
    return switch (phase) {
      case HEADER -> position == 0 ? "the file is empty" : "the file ends within its header";
      case HEAD ->
          head.unknownType >= 0
              ? head.describe(head.unknownType) + ", and the file ends before its key"
              : "the file ends " + (heldBytes == 0 ? "without an end mark" : "before a value");
      case VALUE -> "the file ends within the value of " + valueOf;
      case CHECKSUM -> "the file ends within its checksum";
      case COMPLETE -> throw new IllegalStateException("nothing is missing");
    };
  }
}
