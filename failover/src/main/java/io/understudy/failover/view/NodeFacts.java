package io.understudy.failover.view;

import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What one run of a server said of itself the last time it could be read (INFO, and the epoch
 * mark), with what the observer remembers of that same run.
 *
 * @param runId which run this is; all the rest is about this run only
 * @param role what it says it is
 * @param replication its history and offset
 * @param upstream what it follows; present exactly for a replica
 * @param loading {@code loading:1} or {@code async_loading:1}
 * @param priority {@code slave_priority}; 0 means never promote, lower means sooner. 100 where a
 *     server does not say
 * @param connectedReplicas {@code connected_slaves}
 * @param keys keys in all databases, from the keyspace section
 * @param minReplicasToWrite {@code min-replicas-to-write}; empty when it was not read
 * @param pingSeconds {@code repl-ping-replica-period}: how often an idle primary sends something to
 *     its replicas; empty when it was not read
 * @param wantsPassword whether {@code requirepass} is set; false when that was not read
 * @param hasUpstreamPassword whether {@code masterauth} is set, without which it cannot follow a
 *     primary that wants a password; true when that was not read
 * @param mark the epoch mark; empty when the key does not exist, which means unknown
 * @param keepers owners whose keepers are connected to it, by client name; empty when that could
 *     not be read
 * @param seenUp whether this run was ever seen with its link up and no sync in progress, or to have
 *     come to another history while it was a replica: the one proof that a replica at a low offset
 *     is synced
 * @param linkUpNanos when its link was last seen up; empty when never
 * @param offsetGrewNanos when its offset was last seen to have grown; empty when never
 * @param attachments how often a replica has attached since the run began ({@code sync_full} and
 *     {@code sync_partial_ok}); empty when it does not say
 * @param steady of a primary: since when, and since which offset, every reading showed the same
 *     attachments and connected replicas; empty for a replica
 * @param version {@code redis_version} or {@code valkey_version}
 * @param startedNanos the latest instant at which this run can have started ({@code
 *     uptime_in_seconds}): whatever ran there before was dead by then
 * @param askedNanos when the question was sent that these facts answer: they are at least as new
 */
public record NodeFacts(
    RunId runId,
    Role role,
    Replication replication,
    Optional<Upstream> upstream,
    boolean loading,
    int priority,
    int connectedReplicas,
    long keys,
    OptionalLong minReplicasToWrite,
    OptionalLong pingSeconds,
    boolean wantsPassword,
    boolean hasUpstreamPassword,
    Optional<EpochMark> mark,
    Optional<Set<String>> keepers,
    boolean seenUp,
    OptionalLong linkUpNanos,
    OptionalLong offsetGrewNanos,
    OptionalLong attachments,
    Optional<Steady> steady,
    String version,
    long startedNanos,
    long askedNanos) {
  public NodeFacts {
    if (upstream.isPresent() != (role == Role.REPLICA)) {
      throw new IllegalArgumentException("a replica, and only a replica, has an upstream");
    }
    keepers = keepers.map(Set::copyOf);
  }

  /**
   * A time in which nobody attached to a primary and nobody left it.
   *
   * @param sinceNanos when the question was sent whose answer began it
   * @param offset the primary's own at that answer
   */
  public record Steady(long sinceNanos, long offset) {
    /**
     * What a primary's reading says of it, given the facts before.
     *
     * @param before of the same run; empty if there are none
     * @param now the reading, without it
     */
    public static Optional<Steady> after(Optional<NodeFacts> before, NodeFacts now) {
      if (now.role != Role.PRIMARY || now.attachments.isEmpty()) {
        return Optional.empty();
      }
      return before
          .filter(b -> b.attachments.equals(now.attachments))
          .filter(b -> b.connectedReplicas == now.connectedReplicas)
          .filter(b -> b.replication.id().equals(now.replication.id()))
          .flatMap(NodeFacts::steady)
          .or(() -> Optional.of(new Steady(now.askedNanos, now.replication.offset())));
    }
  }

  /** Whether {@code now} shows that the run was in sync, given the facts before of the same run. */
  public static boolean isProofOfSync(Optional<NodeFacts> before, NodeFacts now) {
    return now.isInSync()
        || before
            .filter(
                b ->
                    b.seenUp
                        || (b.role == Role.REPLICA
                            && now.role == Role.REPLICA
                            && !b.replication.id().equals(now.replication.id())))
            .isPresent();
  }

  /** The same as the next reading after {@code before}, of the same run, if there is any. */
  public NodeFacts after(Optional<NodeFacts> before) {
    return with(isProofOfSync(before, this), Steady.after(before, this));
  }

  private NodeFacts with(boolean nowSeenUp, Optional<Steady> found) {
    return new NodeFacts(
        runId,
        role,
        replication,
        upstream,
        loading,
        priority,
        connectedReplicas,
        keys,
        minReplicasToWrite,
        pingSeconds,
        wantsPassword,
        hasUpstreamPassword,
        mark,
        keepers,
        nowSeenUp,
        linkUpNanos,
        offsetGrewNanos,
        attachments,
        found,
        version,
        startedNanos,
        askedNanos);
  }

  /** The same with another mark. */
  public NodeFacts withMark(Optional<EpochMark> other) {
    return new NodeFacts(
        runId,
        role,
        replication,
        upstream,
        loading,
        priority,
        connectedReplicas,
        keys,
        minReplicasToWrite,
        pingSeconds,
        wantsPassword,
        hasUpstreamPassword,
        other,
        keepers,
        seenUp,
        linkUpNanos,
        offsetGrewNanos,
        attachments,
        steady,
        version,
        startedNanos,
        askedNanos);
  }

  /** Whether it follows nothing by a keeper's order. */
  public boolean isGated() {
    return upstream.filter(Upstream::isGate).isPresent();
  }

  /** Whether it holds no key at all. */
  public boolean isEmpty() {
    return keys == 0;
  }

  /** Whether its link to what it follows is up and it is not being filled. */
  public boolean isInSync() {
    return upstream.filter(u -> u.linkUp() && !u.syncInProgress()).isPresent() && !loading;
  }
}
