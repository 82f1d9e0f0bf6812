package io.understudy.proxy.route;

/**
 * What binds a session to its own connection: as long as anything does, its commands may not go
 * over a shared one.
 *
 * @param transaction how far a transaction is
 * @param subscriptions channels, patterns and shard channels it is subscribed to
 * @param monitor whether MONITOR was accepted
 * @param tracking whether CLIENT TRACKING is on
 * @param flags whether a flag such as CLIENT NO-EVICT is set
 * @param foreign whether a command was run whose effect on the connection is not known
 */
public record Bindings(
    Transaction transaction,
    int subscriptions,
    boolean monitor,
    boolean tracking,
    boolean flags,
    boolean foreign) {
  /** How far a transaction is. */
  public enum Transaction {
    /** There is none. */
    NONE,
    /** Keys are watched. */
    WATCHING,
    /** MULTI was accepted; commands are queued. */
    QUEUEING
  }

  /** Nothing binds. */
  public static final Bindings FREE = new Bindings(Transaction.NONE, 0, false, false, false, false);

  /** Whether the connection can be given back. */
  public boolean isFree() {
    return equals(FREE);
  }

  /** Whether it does nothing but hear: messages, lines of MONITOR. */
  public boolean listens() {
    return subscriptions > 0 || monitor;
  }

  /** Whether more comes than is asked for: messages, lines of MONITOR, invalidations. */
  public boolean sendsUnasked() {
    return listens() || tracking;
  }

  /** With another state of the transaction. */
  public Bindings with(Transaction now) {
    return new Bindings(now, subscriptions, monitor, tracking, flags, foreign);
  }

  /** With another number of subscriptions. */
  public Bindings withSubscriptions(int count) {
    return new Bindings(transaction, count, monitor, tracking, flags, foreign);
  }

  /** With MONITOR. */
  public Bindings withMonitor() {
    return new Bindings(transaction, subscriptions, true, tracking, flags, foreign);
  }

  /** With tracking on or off. */
  public Bindings withTracking(boolean on) {
    return new Bindings(transaction, subscriptions, monitor, on, flags, foreign);
  }

  /** With a flag set. */
  public Bindings withFlags() {
    return new Bindings(transaction, subscriptions, monitor, tracking, true, foreign);
  }

  /** With something unknown. */
  public Bindings withForeign() {
    return new Bindings(transaction, subscriptions, monitor, tracking, flags, true);
  }
}
