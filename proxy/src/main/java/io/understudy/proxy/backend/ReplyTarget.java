package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Whoever the replies of a {@link SharedBackend} are for: a session, or the tombstone of one. On
 * the event loop.
 */
public interface ReplyTarget {
  /**
   * Takes whole replies, in the order of the commands.
   *
   * @param bytes the caller's: copied or retained if kept
   * @param from absolute index of the first reply
   * @param length the bytes of all {@code count} replies
   */
  void replies(ByteBuf bytes, int from, int length, int count);

  /**
   * Takes a piece of a reply that is too large to wait for its end.
   *
   * @param last whether the reply ends with this piece
   */
  void piece(ByteBuf bytes, int from, int length, boolean last);

  /**
   * One command was refused with READONLY: it was not executed.
   *
   * @param request the command's bytes, now the target's to release; null if they were not kept
   * @param deadlineNanos until when it may wait for another primary
   * @param reply the refusal; the caller's
   */
  void refused(@Nullable ByteBuf request, long deadlineNanos, ByteBuf reply, int from, int length);

  /**
   * The connection is lost with {@code count} of the target's commands sent, entirely or in part,
   * and not answered.
   *
   * @param insideReply whether the first of them was answered in part by {@link #piece}
   */
  void unanswered(int count, boolean insideReply);

  /**
   * The connection is lost before a byte of these commands left.
   *
   * @param requests the commands' bytes, now the target's to release
   * @param deadlineNanos until when they may wait for another primary
   */
  void unsent(ByteBuf requests, int count, long deadlineNanos);

  /** Whether replies can be written to it without growing memory beyond its comfortable bound. */
  boolean isReceptive();

  /** The connection the target paused for can take more commands. */
  void resume();
}
