package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.understudy.proxy.observe.Excerpt;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;

/**
 * Finds the single commands again inside a run that was sent: only needed when a connection is lost
 * or a command refused.
 */
final class RequestCursor {
  /** What was forwarded once was within the server's limits. */
  private static final RequestLimits ANY = new RequestLimits(Long.MAX_VALUE, Integer.MAX_VALUE);

  /** How far behind the beginning of a run a command is looked for that is only to be shown. */
  private static final int MOST_LOOKED_AT = 64 * 1024;

  private RequestCursor() {}

  /**
   * The offset of a command.
   *
   * @param run whole commands, from its reader index on
   * @param index which command, from 0; the number of commands gives the end
   * @return how many bytes lie before it
   */
  static int offsetOf(ByteBuf run, int index) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(run, run.readerIndex(), run.writerIndex());
    for (int i = 0; i < index; i++) {
      if (scanner.next() != RequestScanner.Event.COMMAND) {
        throw new IllegalStateException("a run has fewer than " + index + " commands");
      }
    }
    return index == 0 ? 0 : scanner.end() - run.readerIndex();
  }

  /**
   * How many commands begin before an offset: these may have been executed, in part or entirely.
   *
   * @param run whole commands, from its reader index on
   * @param offset how many bytes of them may have left
   */
  static int countBefore(ByteBuf run, long offset) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(run, run.readerIndex(), run.writerIndex());
    int count = 0;
    int from = 0;
    while (from < offset && scanner.next() == RequestScanner.Event.COMMAND) {
      count++;
      from = scanner.end() - run.readerIndex();
    }
    return count;
  }

  /**
   * A copy of the beginning of one command of a run that is kept in an outbox; what is too far
   * behind its beginning is not looked for.
   *
   * @param index which command, from 0
   * @return the caller's; empty if it was not looked for
   */
  static ByteBuf beginning(
      Outbox outbox, ByteBufAllocator allocator, long from, long to, int index) {
    long near = index == 0 ? Excerpt.MOST_BYTES : MOST_LOOKED_AT;
    ByteBuf run = copy(outbox, allocator, from, Math.min(to, from + near));
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(run, run.readerIndex(), run.writerIndex());
    for (int i = 0; i < index; i++) {
      if (scanner.next() != RequestScanner.Event.COMMAND) {
        return run.clear();
      }
    }
    return index == 0 ? run : run.readerIndex(scanner.end());
  }

  /** A copy of commands that are kept in an outbox. */
  static ByteBuf copy(Outbox outbox, ByteBufAllocator allocator, long from, long to) {
    ByteBuf copy = allocator.buffer((int) (to - from));
    outbox.copy(from, to, copy);
    return copy;
  }
}
