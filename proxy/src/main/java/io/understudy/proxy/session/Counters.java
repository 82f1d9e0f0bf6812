package io.understudy.proxy.session;

import io.understudy.proxy.observe.ErrorKinds;
import io.understudy.proxy.observe.Histogram;
import io.understudy.proxy.observe.SlowLog;
import io.understudy.proxy.route.CommandClass;
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
    /** Commands that were executed and that too few replicas have confirmed in time. */
    NOT_REPLICATED,
    /** Sessions that were given a connection of their own. */
    PINNED,
    /** Clients that were closed because a limit was exceeded. */
    OVER_LIMIT,
    /** Of these, clients that were sent messages. */
    PUBSUB_OVER_LIMIT,
    /** Clients that were closed because they broke the protocol. */
    PROTOCOL_ERRORS,
    /** Clients with whom no TLS came about. */
    HANDSHAKES_FAILED,
    /** Requests that took long; what was sent together is one. */
    SLOW,
    /** Logins and commands that the listener's users do not allow. */
    DENIED
  }

  private final EnumMap<Count, AtomicLong> values = new EnumMap<>(Count.class);

  private final EnumMap<CommandClass, Histogram> times = new EnumMap<>(CommandClass.class);
  private final Histogram reads = new Histogram();
  private final Histogram writes = new Histogram();
  private final Histogram others = new Histogram();
  private final Histogram holds = new Histogram();
  private final ErrorKinds errors = new ErrorKinds();
  private final SlowLog slow = new SlowLog();

  /** Starts from zero. */
  public Counters() {
    for (CommandClass each : CommandClass.values()) {
      times.put(
          each,
          switch (each) {
            case READ -> reads;
            case WRITE -> writes;
            case OTHER -> others;
            case BLOCKING, SCRIPT -> new Histogram();
          });
    }
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

  /**
   * A run of commands was answered, which is measured as one. On the loop.
   *
   * @param tookNanos from its arrival to its last reply
   * @param mix what the commands are: see {@link CommandClass}
   */
  public void answered(long tookNanos, int count, int mix) {
    int wrote = CommandClass.writes(mix);
    int rest = CommandClass.others(mix);
    if (count > wrote + rest) {
      reads.record(tookNanos, count - wrote - rest);
    }
    if (wrote > 0) {
      writes.record(tookNanos, wrote);
    }
    if (rest > 0) {
      others.record(tookNanos, rest);
    }
  }

  /** How long commands of a class took, from their arrival to their reply. */
  public Histogram times(CommandClass of) {
    Histogram histogram = times.get(of);
    if (histogram == null) {
      throw new IllegalArgumentException("nobody measures " + of);
    }
    return histogram;
  }

  /** How long commands waited for a primary, whether one came or not. */
  public Histogram holds() {
    return holds;
  }

  /** The errors that clients got. */
  public ErrorKinds errors() {
    return errors;
  }

  /** The requests that took long. */
  public SlowLog slow() {
    return slow;
  }

  /** A number at this moment. Any thread. */
  public long get(Count count) {
    return value(count).getAcquire();
  }
}
