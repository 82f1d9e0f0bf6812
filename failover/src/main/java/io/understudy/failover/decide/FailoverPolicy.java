package io.understudy.failover.decide;

import io.understudy.failover.view.Reachability;
import io.understudy.topology.Verification;
import java.time.Duration;
import java.util.Optional;

/**
 * How careful and how quick a group's failovers are.
 *
 * @param downAfter how long a primary may be silent before it counts as dead. A refused connection
 *     needs no wait
 * @param startWait how long after its start a keeper waits for every node's first answer before it
 *     judges by those that answered
 * @param candidateWait how long a failover waits for a replica that was in sync lately and does not
 *     answer now, because it may hold more data than the others
 * @param maxLagBytes a replica that misses more of the primary's history than this is never
 *     promoted
 * @param maxLagTime a replica whose link was up last longer than this before the primary was lost
 *     is never promoted
 * @param onConflict what happens when two nodes claim to be primary with different data and nothing
 *     tells which one was published
 * @param maxFailovers how many failovers a group may have within {@code failoverWindow}; then it
 *     cools down
 * @param failoverWindow the length of that window
 * @param maxOperating how many groups of the process may be failing over at once
 * @param maxSuspectedShare from 0 to 1: when more than this share of at least {@link
 *     #SHARE_COUNTS_FROM} groups looks dead, the observer is suspected instead
 * @param actionDeadline how long the reply to one order is waited for before its fate is unknown
 * @param retryAfter how long an order that was refused is not given again to the same node
 * @param refusals how many refused connections in a row make a crash, 1 and up
 * @param durability how many replicas must have a write before it is acknowledged; empty for none
 * @param upkeep how a group is kept complete
 * @param verification on which terms outputs that lose the coordinator may go on; empty when they
 *     may not
 */
public record FailoverPolicy(
    Duration downAfter,
    Duration startWait,
    Duration candidateWait,
    long maxLagBytes,
    Duration maxLagTime,
    OnConflict onConflict,
    int maxFailovers,
    Duration failoverWindow,
    int maxOperating,
    double maxSuspectedShare,
    Duration actionDeadline,
    Duration retryAfter,
    int refusals,
    Optional<DurabilityPolicy> durability,
    Upkeep upkeep,
    Optional<Verification> verification) {

  /** With fewer groups than this, every share is too coarse to mean anything. */
  public static final int SHARE_COUNTS_FROM = 4;

  /** What is used where nothing is configured. */
  public static final FailoverPolicy DEFAULT =
      new FailoverPolicy(
          Duration.ofSeconds(3),
          Duration.ofSeconds(5),
          Duration.ofMillis(500),
          64L * 1024 * 1024,
          Duration.ofSeconds(60),
          OnConflict.REFUSE,
          10,
          Duration.ofMinutes(1),
          16,
          0.6,
          Duration.ofSeconds(2),
          Duration.ofMillis(250),
          Reachability.Refused.CONFIRMING,
          Optional.empty(),
          Upkeep.DEFAULT,
          Optional.empty());

  /** One with the usual number of refusals and upkeep, whose primary acknowledges writes alone. */
  public FailoverPolicy(
      Duration downAfter,
      Duration startWait,
      Duration candidateWait,
      long maxLagBytes,
      Duration maxLagTime,
      OnConflict onConflict,
      int maxFailovers,
      Duration failoverWindow,
      int maxOperating,
      double maxSuspectedShare,
      Duration actionDeadline,
      Duration retryAfter) {
    this(
        downAfter,
        startWait,
        candidateWait,
        maxLagBytes,
        maxLagTime,
        onConflict,
        maxFailovers,
        failoverWindow,
        maxOperating,
        maxSuspectedShare,
        actionDeadline,
        retryAfter,
        Reachability.Refused.CONFIRMING);
  }

  public FailoverPolicy {
    requirePositive(downAfter, "downAfter");
    requirePositive(startWait, "startWait");
    requirePositive(candidateWait, "candidateWait");
    requirePositive(maxLagTime, "maxLagTime");
    requirePositive(failoverWindow, "failoverWindow");
    requirePositive(actionDeadline, "actionDeadline");
    requirePositive(retryAfter, "retryAfter");
    if (maxLagBytes < 0) {
      throw new IllegalArgumentException("maxLagBytes must not be negative: " + maxLagBytes);
    }
    if (maxFailovers < 1 || maxOperating < 1 || refusals < 1) {
      throw new IllegalArgumentException(
          "maxFailovers, maxOperating and refusals must be at least 1");
    }
    if (!(maxSuspectedShare > 0 && maxSuspectedShare <= 1)) {
      throw new IllegalArgumentException(
          "maxSuspectedShare must be above 0 and at most 1: " + maxSuspectedShare);
    }
  }

  /** A policy for a group whose primary acknowledges writes alone. */
  public FailoverPolicy(
      Duration downAfter,
      Duration startWait,
      Duration candidateWait,
      long maxLagBytes,
      Duration maxLagTime,
      OnConflict onConflict,
      int maxFailovers,
      Duration failoverWindow,
      int maxOperating,
      double maxSuspectedShare,
      Duration actionDeadline,
      Duration retryAfter,
      int refusals) {
    this(
        downAfter,
        startWait,
        candidateWait,
        maxLagBytes,
        maxLagTime,
        onConflict,
        maxFailovers,
        failoverWindow,
        maxOperating,
        maxSuspectedShare,
        actionDeadline,
        retryAfter,
        refusals,
        Optional.empty(),
        Upkeep.DEFAULT,
        Optional.empty());
  }

  /** The same with another durability. */
  public FailoverPolicy withDurability(Optional<DurabilityPolicy> other) {
    return new FailoverPolicy(
        downAfter,
        startWait,
        candidateWait,
        maxLagBytes,
        maxLagTime,
        onConflict,
        maxFailovers,
        failoverWindow,
        maxOperating,
        maxSuspectedShare,
        actionDeadline,
        retryAfter,
        refusals,
        other,
        upkeep,
        verification);
  }

  /** The same with a group's own placement. */
  public FailoverPolicy with(Placement placement) {
    return withUpkeep(upkeep.with(placement));
  }

  /** The same with another upkeep. */
  public FailoverPolicy withUpkeep(Upkeep other) {
    return new FailoverPolicy(
        downAfter,
        startWait,
        candidateWait,
        maxLagBytes,
        maxLagTime,
        onConflict,
        maxFailovers,
        failoverWindow,
        maxOperating,
        maxSuspectedShare,
        actionDeadline,
        retryAfter,
        refusals,
        durability,
        other,
        verification);
  }

  /** The same with or without verification by outputs that lose the coordinator. */
  public FailoverPolicy withVerification(Optional<Verification> other) {
    return new FailoverPolicy(
        downAfter,
        startWait,
        candidateWait,
        maxLagBytes,
        maxLagTime,
        onConflict,
        maxFailovers,
        failoverWindow,
        maxOperating,
        maxSuspectedShare,
        actionDeadline,
        retryAfter,
        refusals,
        durability,
        upkeep,
        other);
  }

  private static void requirePositive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be longer than 0: " + value);
    }
  }

  /** What to do with two primaries whose data differs. */
  public enum OnConflict {
    /** Publish none and explain; an operator decides. */
    REFUSE,
    /** Take the one with the newest mark, then the most replicas, then the most data. */
    FRESHEST
  }
}
