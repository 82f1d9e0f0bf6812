package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.understudy.wire.scan.RequestScanner;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one client that are not forwarded yet.
 *
 * <p>There are at most three parts, in this order: the pieces of an unfinished command from earlier
 * reads; the buffer that is being scanned, from {@link #runFrom} on; whole reads that came while
 * the session could not go on. An idle session has none of them.
 */
final class Input {
  private final ByteBufAllocator allocator;
  private final RequestScanner scanner;
  private final ArrayDeque<ByteBuf> later = new ArrayDeque<>(2);
  private @Nullable ByteBuf carried;
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private boolean scanning;
  private boolean borrowed;
  private boolean raw;
  private int runFrom;
  private int limit;
  private long keptBytes;

  Input(ByteBufAllocator allocator, RequestScanner scanner) {
    this.allocator = allocator;
    this.scanner = scanner;
  }

  /** Takes a read: to be scanned at once if nothing waits before it, otherwise copied. */
  void offer(ByteBuf bytes) {
    if (!scanning && later.isEmpty()) {
      begin(bytes, true);
    } else {
      ByteBuf copy = allocator.directBuffer(bytes.readableBytes());
      copy.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
      keptBytes += copy.capacity();
      later.add(copy);
    }
  }

  private void begin(ByteBuf bytes, boolean isBorrowed) {
    buffer = bytes;
    scanning = true;
    borrowed = isBorrowed;
    runFrom = bytes.readerIndex();
    limit = bytes.writerIndex();
    if (!raw) {
      scanner.feed(bytes, runFrom, limit);
    }
  }

  /** Whether there is a buffer to scan; takes up the next one if the last is done. */
  boolean hasBytes() {
    if (!scanning) {
      ByteBuf next = later.poll();
      if (next != null) {
        keptBytes -= next.capacity();
        begin(next, false);
      }
    }
    return scanning;
  }

  /** Whether a buffer is being scanned. */
  boolean isScanning() {
    return scanning;
  }

  /** Whether anything is left, of which at least one byte was not scanned. */
  boolean isEmpty() {
    return !scanning && later.isEmpty();
  }

  /** The buffer that is being scanned. */
  ByteBuf buffer() {
    return buffer;
  }

  /** Absolute index of the first byte that was neither forwarded nor dropped. */
  int runFrom() {
    return runFrom;
  }

  /** Everything before {@code index} is dealt with. */
  void consumed(int index) {
    runFrom = index;
  }

  /** The bytes of the command at {@link #runFrom} that came in earlier reads; null if none did. */
  @Nullable ByteBuf carried() {
    return carried;
  }

  /** A copy of the beginning of the command that is not whole yet. */
  byte[] head(int most) {
    ByteBuf source = carried == null ? buffer : carried;
    int from = carried == null ? runFrom : carried.readerIndex();
    int there = carried == null ? Math.max(0, limit - runFrom) : carried.readableBytes();
    byte[] head = new byte[Math.min(most, there)];
    source.getBytes(from, head);
    return head;
  }

  /** Hands the carried bytes over: they are the caller's. */
  @Nullable ByteBuf takeCarried() {
    ByteBuf taken = carried;
    carried = null;
    return taken;
  }

  /** The scanner is through with the buffer: what it left unfinished is carried. */
  void finishBuffer() {
    int left = limit - runFrom;
    if (left > 0) {
      carry(left);
    }
    dropBuffer();
  }

  private void carry(int left) {
    if (carried == null) {
      carried = allocator.directBuffer(Math.max(64, left));
    }
    carried.writeBytes(buffer, runFrom, left);
  }

  /** The read is over: a borrowed buffer that was not scanned to its end is copied. */
  void endRead() {
    if (borrowed && scanning) {
      ByteBuf copy = allocator.directBuffer(limit - runFrom);
      copy.writeBytes(buffer, runFrom, limit - runFrom);
      scanner.moved(copy, -runFrom);
      buffer = copy;
      borrowed = false;
      limit -= runFrom;
      runFrom = 0;
    }
  }

  private void dropBuffer() {
    if (!borrowed) {
      buffer.release();
    }
    buffer = Unpooled.EMPTY_BUFFER;
    scanning = false;
    runFrom = 0;
    limit = 0;
  }

  /**
   * Takes a whole command out.
   *
   * @param end absolute index behind its last byte
   * @return its bytes, the caller's
   */
  ByteBuf takeCommand(int end) {
    ByteBuf whole = takeCarried();
    if (whole == null) {
      whole = allocator.directBuffer(end - runFrom);
    }
    whole.writeBytes(buffer, runFrom, end - runFrom);
    runFrom = end;
    return whole;
  }

  /** Passes on everything as it is: from here on nobody looks at it. */
  void passOnAll(PinnedLink link) {
    raw = true;
    while (hasBytes()) {
      link.stream(buffer, runFrom, limit - runFrom);
      dropBuffer();
    }
  }

  /** What it holds in memory, by capacity. */
  long keptBytes() {
    long bytes = keptBytes + (carried == null ? 0 : carried.capacity());
    return borrowed ? bytes : bytes + buffer.capacity();
  }

  /** Gives everything back: the client is gone. */
  void release() {
    if (carried != null) {
      carried.release();
      carried = null;
    }
    if (scanning) {
      dropBuffer();
    }
    for (ByteBuf next = later.poll(); next != null; next = later.poll()) {
      next.release();
    }
    keptBytes = 0;
  }
}
