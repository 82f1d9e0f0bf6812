package io.understudy.proxy.session;

import java.util.EnumMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one listener counts on one event loop. Written by that loop only, read by any thread, which
 * sees each number a moment late.
 */
public final class Counters {
  /** What is counted. */
  public enum Count {
    /** Clients that were accepted. */
    ACCEPTED,
    /** Clients that were refused because there were too many. */
    REFUSED,
    /** Clients that are gone. */
    CLOSED,
    /** Commands that were forwarded or answered. */
    COMMANDS,
    /** Replies that were passed on. */
    REPLIES,
    /** Commands that had to wait for a primary. */
    HELD,
    /** Commands that waited in vain and were answered with an error. */
    EXPIRED,
    /** Commands that were sent again because they certainly had not been executed. */
    RESENT,
    /** Commands whose outcome is unknown. */
    UNKNOWN,
    /** Sessions that were given a connection of their own. */
    PINNED,
    /** Clients that were closed because a limit was exceeded. */
    OVER_LIMIT,
    /** Clients that were closed because they broke the protocol. */
    PROTOCOL_ERRORS,
    /** Clients with whom no TLS came about. */
    HANDSHAKES_FAILED
  }

  private final EnumMap<Count, AtomicLong> values = new EnumMap<>(Count.class);

  /** Starts from zero. */
  public Counters() {
    for (Count count : Count.values()) {
      values.put(count, new AtomicLong());
    }
  }

  private AtomicLong value(Count count) {
    AtomicLong value = values.get(count);
    if (value == null) {
      throw new IllegalArgumentException("nobody counts " + count);
    }
    return value;
  }

  /** Adds to a number. On the loop. */
  public void add(Count count, long more) {
    AtomicLong value = value(count);
    value.setRelease(value.getPlain() + more);
  }

  /** A number at this moment. Any thread. */
  public long get(Count count) {
    return value(count).getAcquire();
  }
}
