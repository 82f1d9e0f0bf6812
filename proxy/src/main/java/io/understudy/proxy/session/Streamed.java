package io.understudy.proxy.session;

import io.understudy.proxy.route.CommandClass;
import io.understudy.proxy.route.Conduct;

/** A command that is too large to be kept and is passed on as it comes. */
final class Streamed {
  private final Conduct conduct;
  private final CommandClass commandClass;
  private final byte[] head;
  private final long arrivedNanos;

  /**
   * Takes over what is known of it.
   *
   * @param head its first bytes; not changed any more
   * @param arrivedNanos when its first bytes arrived
   */
  Streamed(Conduct conduct, CommandClass commandClass, byte[] head, long arrivedNanos) {
    this.conduct = conduct;
    this.commandClass = commandClass;
    this.head = head;
    this.arrivedNanos = arrivedNanos;
  }

  Conduct conduct() {
    return conduct;
  }

  CommandClass commandClass() {
    return commandClass;
  }

  byte[] head() {
    return head;
  }

  long arrivedNanos() {
    return arrivedNanos;
  }
}
