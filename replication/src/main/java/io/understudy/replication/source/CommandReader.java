package io.understudy.replication.source;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a replication stream into commands, and counts its bytes.
 *
 * <p>Bytes may be added while commands are still to be taken; they wait. One thread. Memory grows
 * with the longest command, up to {@code maxCommandBytes}.
 */
public final class CommandReader {
  private static final int FIRST_BYTES = 64 * 1024;

  /** A buffer longer than this is given back once its command was taken. */
  private static final int KEPT_BYTES = 1 << 20;

  private final int maxCommandBytes;
  private final RequestScanner scanner;
  private final Arguments arguments = new Arguments();
  private final KeyFinder keys = new KeyFinder();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private byte[] buffer = new byte[FIRST_BYTES];
  private ByteBuf view = Unpooled.wrappedBuffer(buffer);
  private int begin;
  private int end;
  private boolean allScanned = true;
  private long offset;
  private @Nullable String error;

  /**
   * A reader of a stream.
   *
   * @param offset how many bytes of the stream went before
   * @param maxCommandBytes a longer command breaks the stream
   */
  public CommandReader(long offset, int maxCommandBytes) {
    this.offset = offset;
    this.maxCommandBytes = maxCommandBytes;
    this.scanner =
        new RequestScanner(
            CommandTable.standard(), new RequestLimits(maxCommandBytes, Integer.MAX_VALUE));
  }

  /** Adds the bytes that came next. They are copied. */
  public void add(ByteBuf bytes) {
    byte[] copy = new byte[bytes.readableBytes()];
    bytes.readBytes(copy);
    waiting.add(copy);
  }

  /** The next whole command; null if more bytes are needed, or the stream is broken. */
  public @Nullable StreamCommand next() {
    while (error == null) {
      if (allScanned && !take()) {
        return null;
      }
      switch (scanner.next()) {
        case COMMAND -> {
          int to = scanner.end();
          int from = to - (int) scanner.length();
          begin = to;
          offset += to - from;
          arguments.read(view, from);
          keys.find(scanner.command(), arguments);
          return new StreamCommand(buffer, from, to, scanner.command(), arguments, keys);
        }
        case IGNORED -> {
          offset += scanner.length();
          begin = scanner.end();
        }
        case PARTIAL -> {
          allScanned = true;
          if (end - begin > maxCommandBytes) {
            error = "a command is longer than the " + maxCommandBytes + " bytes allowed";
          }
        }
        case INLINE, DROP -> error = "the source sent something that is no command";
        case ERROR -> error = "the source sent something that is no command: " + scanner.error();
      }
    }
    return null;
  }

  /** Gives the scanner the bytes that came next, behind those of an unfinished command. */
  private boolean take() {
    byte[] next = waiting.poll();
    if (next == null) {
      return false;
    }
    if (end + next.length > buffer.length || begin == end) {
      makeRoom(next.length);
    }
    System.arraycopy(next, 0, buffer, end, next.length);
    scanner.feed(view, end, end + next.length);
    end += next.length;
    allScanned = false;
    return true;
  }

  /** Moves the unfinished command to the front, of a larger buffer if need be. */
  private void makeRoom(int more) {
    int kept = end - begin;
    int needed = Math.addExact(kept, more);
    byte[] before = buffer;
    if (needed > buffer.length) {
      buffer = new byte[Math.max(needed, (int) Math.min(2L * kept, Integer.MAX_VALUE - 8))];
      view = Unpooled.wrappedBuffer(buffer);
    } else if (buffer.length > KEPT_BYTES && needed < FIRST_BYTES) {
      buffer = new byte[FIRST_BYTES];
      view = Unpooled.wrappedBuffer(buffer);
    }
    System.arraycopy(before, begin, buffer, 0, kept);
    begin = 0;
    end = kept;
  }

  /** How many bytes of the stream went before the next command. */
  public long offset() {
    return offset;
  }

  /** Why the stream is broken, in one sentence; null while it is not. */
  public @Nullable String error() {
    return error;
  }

  /** How many of the added bytes the scanner has not seen; 0 unless commands are left untaken. */
  public long waitingBytes() {
    return waiting.stream().mapToLong(bytes -> bytes.length).sum();
  }
}
