package io.understudy.proxy.session;

import org.jspecify.annotations.Nullable;

/**
 * The one command that a session's own connection awaits and that leaves nothing behind: it is kept
 * until its answer begins, because a node that turns out to be a replica has not executed it.
 */
final class Repeatable {
  private final long mostBytes;
  private @Nullable Request kept;

  /**
   * Keeps nothing yet.
   *
   * @param mostBytes larger commands are not kept
   */
  Repeatable(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * Keeps a command that stands alone, if it leaves nothing behind. Nothing else is kept.
   *
   * @param expected what its reply will mean
   * @return whether it is kept, and released in its time
   */
  boolean keep(Request request, Expected expected) {
    boolean leavesNothing =
        expected instanceof Expected.Plain || expected instanceof Expected.Blocking;
    boolean keeps = leavesNothing && request.bytes().readableBytes() <= mostBytes;
    if (keeps) {
      kept = request;
    }
    return keeps;
  }

  /** Hands over what is kept, if anything is. */
  @Nullable Request take() {
    Request taken = kept;
    kept = null;
    return taken;
  }

  /** What is kept, if anything is, cannot be sent elsewhere any more. */
  void drop() {
    Request dropped = take();
    if (dropped != null) {
      dropped.release();
    }
  }
}
