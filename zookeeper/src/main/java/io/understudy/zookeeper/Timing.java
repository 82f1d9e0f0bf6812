package io.understudy.zookeeper;

import java.time.Duration;

/**
 * Every time of the agreement, as a part of the session's.
 *
 * @param session how long the ensemble keeps a client's ephemeral nodes after it last heard of it
 */
record Timing(Duration session) {
  private static final int LEASE_PART = 2;
  private static final int BEAT_PART = 12;
  private static final int FRESH_PART = 4;
  private static final int PROXY_LEASE_PART = 4;
  private static final int PROXY_BEAT_PART = 24;

  /**
   * How long a keeper may act after it sent a beat that was taken. Half a session: the ensemble may
   * have forgotten the newest signs of life, when the server that had them died, and still keeps
   * the session for longer than this.
   */
  Duration lease() {
    return session.dividedBy(LEASE_PART);
  }

  /** How often a keeper beats. */
  Duration beat() {
    return session.dividedBy(BEAT_PART);
  }

  /**
   * How long a keeper's node must have stayed the same before another keeper removes it: the lease,
   * and a quarter more for clocks that run unevenly.
   */
  Duration silence() {
    return lease().multipliedBy(5).dividedBy(4);
  }

  /** How long what a keeper said counts after its last beat was seen. */
  Duration fresh() {
    return session.dividedBy(FRESH_PART);
  }

  /** How long a proxy may act on a publication after it sent a renewal that was taken. */
  Duration proxyLease() {
    return session.dividedBy(PROXY_LEASE_PART);
  }

  /** How often a proxy renews. */
  Duration proxyBeat() {
    return session.dividedBy(PROXY_BEAT_PART);
  }

  /** How long a keeper waits for proxies that do not say that they let go. */
  Duration proxySilence() {
    return proxyLease().multipliedBy(5).dividedBy(4);
  }
}
