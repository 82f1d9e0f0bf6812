package io.understudy.failover.observe;

import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.Replication;
import io.understudy.failover.view.ReplicationId;
import io.understudy.failover.view.Upstream;
import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns readings of one address into facts, and remembers what only a series of readings of the
 * same run can tell. Confined to its group's thread.
 */
final class RunMemory {
  /** What a server uses where nothing is configured. */
  private static final int USUAL_PRIORITY = 100;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final String NO_HISTORY = "0000000000000000000000000000000000000000";

  private @Nullable NodeFacts last;

  /**
   * What CONFIG GET said; each is empty when it was refused.
   *
   * @param minReplicas {@code min-replicas-to-write}
   * @param pingSeconds {@code repl-ping-replica-period}
   * @param wantsPassword whether {@code requirepass} is set
   * @param hasUpstreamPassword whether {@code masterauth} is set
   */
  record Settings(
      OptionalLong minReplicas,
      OptionalLong pingSeconds,
      Optional<Boolean> wantsPassword,
      Optional<Boolean> hasUpstreamPassword) {}

  /** The newest facts; empty until the first reading. */
  Optional<NodeFacts> facts() {
    return Optional.ofNullable(last);
  }

  /**
   * Takes a reading, and returns the newest facts. One that was asked for before those are from
   * changes nothing: it comes late, from a connection that was left.
   *
   * @param info of a server that has a run id
   * @param mark what the mark's key held; when it could not be read, what this run was last seen to
   *     hold still counts: a replica without its primary's link may refuse reads, and the key
   *     cannot change there
   * @param settings what CONFIG GET said
   * @param keepers owners seen connected; empty when not read
   * @param askedNanos when the question was sent
   */
  NodeFacts take(
      InfoText info,
      MarkReading mark,
      Settings settings,
      Optional<Set<String>> keepers,
      long askedNanos) {
    NodeFacts newest = last;
    if (newest != null && askedNanos - newest.askedNanos() < 0) {
      return newest;
    }
    RunId runId = new RunId(info.text("run_id").orElseThrow());
    NodeFacts before = last != null && last.runId().equals(runId) ? last : null;
    Role role =
        info.text("role").filter("slave"::equals).map(r -> Role.REPLICA).orElse(Role.PRIMARY);
    Optional<Upstream> upstream =
        role == Role.REPLICA ? Optional.of(upstream(info)) : Optional.empty();
    Replication replication = replication(info, role);
    boolean inSync = upstream.filter(u -> u.linkUp() && !u.syncInProgress()).isPresent();
    boolean grew = before != null && replication.offset() > before.replication().offset();
    NodeFacts facts =
        new NodeFacts(
            runId,
            role,
            replication,
            upstream,
            info.isOne("loading") || info.isOne("async_loading"),
            (int) info.number("slave_priority").orElse(USUAL_PRIORITY),
            (int) info.number("connected_slaves").orElse(0),
            info.keys(),
            settings.minReplicas(),
            settings.pingSeconds(),
            settings.wantsPassword().orElse(false),
            settings.hasUpstreamPassword().orElse(true),
            mark.readable() || before == null ? mark.mark() : before.mark(),
            keepers,
            inSync,
            inSync
                ? OptionalLong.of(askedNanos)
                : before == null ? OptionalLong.empty() : before.linkUpNanos(),
            grew
                ? OptionalLong.of(askedNanos)
                : before == null ? OptionalLong.empty() : before.offsetGrewNanos(),
            attachments(info),
            Optional.empty(),
            version(info),
            startedNanos(info, before, askedNanos),
            askedNanos);
    last = facts.after(Optional.ofNullable(before));
    return last;
  }

  private static OptionalLong attachments(InfoText info) {
    OptionalLong full = info.number("sync_full");
    OptionalLong partial = info.number("sync_partial_ok");
    return full.isPresent() && partial.isPresent()
        ? OptionalLong.of(full.getAsLong() + partial.getAsLong())
        : OptionalLong.empty();
  }

  /** Servers count in whole seconds of their wall clock, so that one second is given away. */
  private static long startedNanos(InfoText info, @Nullable NodeFacts before, long askedNanos) {
    long uptime = Math.max(0, info.number("uptime_in_seconds").orElse(0) - 1);
    long started = askedNanos - uptime * NANOS_PER_SECOND;
    return before == null || started - before.startedNanos() < 0 ? started : before.startedNanos();
  }

  /** Takes what was read of a run's mark beside the readings; the rest stays as old as it is. */
  void markFound(RunId runId, Optional<EpochMark> mark) {
    NodeFacts known = last;
    if (known != null && known.runId().equals(runId)) {
      last = known.withMark(mark);
    }
  }

  /** The server's own version: Valkey also reports a Redis version, for the sake of old clients. */
  static String version(InfoText info) {
    return info.text("valkey_version")
        .map(v -> "Valkey " + v)
        .or(() -> info.text("redis_version").map(v -> "Redis " + v))
        .orElse("of an unknown version");
  }

  private static Upstream upstream(InfoText info) {
    boolean up = info.text("master_link_status").filter("up"::equals).isPresent();
    OptionalLong lastIo = info.number("master_last_io_seconds_ago");
    return new Upstream(
        info.text("master_host").orElse(""),
        (int) info.number("master_port").orElse(0),
        up,
        info.isOne("master_sync_in_progress"),
        up && lastIo.isPresent() && lastIo.getAsLong() >= 0 ? lastIo : OptionalLong.empty());
  }

  private static Replication replication(InfoText info, Role role) {
    OptionalLong offset =
        role == Role.REPLICA ? info.number("slave_repl_offset") : OptionalLong.empty();
    return new Replication(
        new ReplicationId(info.text("master_replid").orElse(NO_HISTORY)),
        info.text("master_replid2").filter(id -> !id.equals(NO_HISTORY)).map(ReplicationId::new),
        info.number("second_repl_offset").orElse(-1),
        Math.max(0, offset.orElse(info.number("master_repl_offset").orElse(0))));
  }
}
