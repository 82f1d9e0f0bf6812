package io.understudy.replication.sink;

import io.understudy.wire.frame.Frame;
import java.util.function.Consumer;

/**
 * Answers what another Understudy behind a feed asks, whose source the feed is. Called on the
 * feed's event loop; each answer is given once there, at once or later.
 */
public interface Inquiries {
  /**
   * Tells a value, and at which offset of the feed's stream it is that.
   *
   * @param key as the feed's replicas know it
   * @param answer gets the feed's replication id, the offset, and the commands that make the value;
   *     or an error, which begins with {@code UNCUTTABLE} if asking again is no help
   */
  void value(int database, byte[] key, Consumer<Frame> answer);

  /**
   * Asks the feed's own source about a command.
   *
   * @param answer gets the reply to COMMAND INFO, or an error
   */
  void command(String name, Consumer<Frame> answer);
}
