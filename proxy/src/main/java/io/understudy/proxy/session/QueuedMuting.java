package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Confirmer;
import io.understudy.wire.scan.ReplyScanner;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CLIENT REPLY inside MULTI. Servers that queue it leave the elements of EXEC's array out that it
 * suppresses, though the array's head counts them (seen from Redis 6.0 to 8.6 and on Valkey 8).
 *
 * <p>The node is sent CLIENT REPLY ON in its place: it is queued or refused alike, and changes
 * nothing there. What is to be left out of EXEC's array is left out here. Where replicas must
 * confirm the array, it stays whole.
 */
final class QueuedMuting {
  /** More of them in one transaction are passed over. */
  private static final int MOST = 1_024;

  private final Session session;
  private final List<Change> changes = new ArrayList<>();
  private int queued;
  private @Nullable Passing passing;

  /** One CLIENT REPLY, and how many commands were queued before it. */
  private record Change(int position, Mode mode) {}

  /** What CLIENT REPLY can say. */
  enum Mode {
    ON,
    OFF,
    SKIP
  }

  /** An array that is being passed on. */
  private static final class Passing {
    private final ReplyScanner scanner = new ReplyScanner();
    private int element;
    private int change;
    private boolean off;
  }

  QueuedMuting(Session session) {
    this.session = session;
  }

  /** What a CLIENT REPLY says; null if a server would call it wrong. */
  static @Nullable Mode modeOf(List<String> arguments) {
    for (Mode mode : Mode.values()) {
      if (arguments.size() == 3 && arguments.getLast().equalsIgnoreCase(mode.name())) {
        return mode;
      }
    }
    return null;
  }

  /** Whether an EXEC that is sent now may change what is passed on of what follows. */
  boolean isOpen(Collection<Expected> awaited) {
    return !changes.isEmpty() || awaited.stream().anyMatch(Expected.Muted.class::isInstance);
  }

  /** A command was queued. */
  void queued(Expected command) {
    if (command instanceof Expected.Muted(Mode mode) && changes.size() < MOST) {
      changes.add(new Change(queued, mode));
    }
    queued++;
  }

  /** Passes on EXEC's reply, or a piece of it. */
  void pass(@Nullable Confirmer by, ByteBuf bytes, int from, int to, boolean last) {
    boolean begins = passing == null;
    if (changes.isEmpty() || by != null || (begins && bytes.getByte(from) != '*')) {
      session.output().addPiece(session, by, bytes, from, to - from, last);
      return;
    }
    Passing array = passing == null ? new Passing() : passing;
    int at = from;
    if (begins) {
      array.off = session.muting().isOff();
      at = Math.max(bytes.indexOf(from, to, (byte) '\n') + 1, from);
      session.output().add(bytes, from, at - from);
      begin(array);
    }
    passing = last ? null : array;
    array.scanner.feed(bytes, at, to);
    while (at < to) {
      ReplyScanner.Event event = array.scanner.next();
      session.output().add(bytes, at, array.scanner.end() - at);
      at = array.scanner.end();
      switch (event) {
        case REPLY -> begin(array);
        case PUSH -> {}
        case PARTIAL, ERROR -> {
          return;
        }
      }
    }
  }

  /** The next element follows: decides whether it is passed on. */
  private void begin(Passing array) {
    boolean hidden = array.off;
    if (array.change < changes.size() && changes.get(array.change).position() == array.element) {
      Mode mode = changes.get(array.change++).mode();
      array.off = offAfter(mode, array.off);
      hidden = mode != Mode.ON;
    }
    array.element++;
    session.output().mute(hidden);
  }

  private static boolean offAfter(Mode mode, boolean before) {
    return switch (mode) {
      case ON -> false;
      case OFF -> true;
      case SKIP -> before;
    };
  }

  /** EXEC was answered: what was queued holds from now on. */
  void executed(String head) {
    if (head.startsWith("*") && !head.equals("*-1")) {
      for (Change change : changes) {
        session.muting().follow(change.mode());
      }
    }
    clear();
  }

  /** There is no transaction, or another one. */
  void clear() {
    changes.clear();
    queued = 0;
    passing = null;
  }
}
