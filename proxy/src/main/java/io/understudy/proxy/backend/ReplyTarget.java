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

  /** One of the replies that come next is an error that begins so, without its type's sign. */
  default void failed(String error) {}

  /**
   * A run of commands is answered with the replies that come next, to the last of them.
   *
   * @param tookNanos from the arrival of the commands on
   * @param count how many they were
   * @param mix what they were: see {@link io.understudy.proxy.route.CommandClass}
   * @return whether {@link #slow} is to be told what they were
   */
  default boolean measured(long tookNanos, int count, int mix) {
    return false;
  }

  /**
   * A run of commands took long.
   *
   * @param run its beginning, the caller's
   */
  default void slow(ByteBuf run, int count, long tookNanos) {}

  /**
   * Whether {@link #large} is to be told of a large reply that is there now; asked once for each.
   */
  default boolean wantsLarge() {
    return false;
  }

  /**
   * A command is answered with a large reply.
   *
   * @param command its beginning, the caller's
   */
  default void large(ByteBuf command, long replyBytes) {}

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
   * @param arrivedNanos when it arrived
   * @param reply the refusal; the caller's
   */
  void refused(@Nullable ByteBuf request, long arrivedNanos, ByteBuf reply, int from, int length);

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
   * @param arrivedNanos when they arrived
   */
  void unsent(ByteBuf requests, int count, long arrivedNanos);

  /** Whether replies can be written to it without growing memory beyond its comfortable bound. */
  boolean isReceptive();

  /** The connection the target paused for can take more commands. */
  void resume();
}
