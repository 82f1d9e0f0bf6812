package io.understudy.replication;

import io.understudy.replication.ReplicaWatch.Identity;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.sink.Downstream;
import io.understudy.replication.sink.ReplicaGate;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.source.SourceServer.Family;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which replicas one feed serves, and in whose words: each is asked what it is before it gets
 * anything, because one that is fed what it does not know flushes its data, or skips commands in
 * silence. The feed's event loop.
 *
 * <p>A feed without a configured target takes the first replica's version for its target where the
 * source's own words would not do; a replica that does not know the feed's words then is refused.
 */
final class Admission implements ReplicaGate {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  /** What another Understudy says that it is: it makes of everything what its own replicas need. */
  private static final String ANY_VERSION = "255.255.255";

  /** The version of Redis that every Valkey says it is, too. */
  private static final String REDIS_OF_VALKEY = "7.2.4";

  /** What an admission asks of its feed. */
  interface Desk {
    /** Who feeds it. */
    SourceServer source();

    /** Whose words its stream is in; empty for the source's own. */
    Optional<RdbTarget> target();

    /** The highest database that was used so far; 0 before. */
    int highestDatabase();

    /** Whether somebody has the stream, or is getting the snapshot before it. */
    boolean isServing();

    /** Those that wait for a snapshot. */
    List<Downstream> waiting();

    /** Begins anew, in the words of a target. */
    void retarget(Optional<RdbTarget> target);
  }

  private final FeedPlan plan;
  private final Desk desk;
  private final ReplicaWatch.Connector connector;
  private final LongSupplier nanoTime;
  private final Map<Downstream, ReplicaWatch> watches = new HashMap<>();
  private final Map<Downstream, Identity> identities = new HashMap<>();
  private final Map<Downstream, Long> replaced = new HashMap<>();
  private Optional<String> refusal = Optional.empty();

  Admission(FeedPlan plan, Desk desk, ReplicaWatch.Connector connector, LongSupplier nanoTime) {
    this.plan = plan;
    this.desk = desk;
    this.connector = connector;
    this.nanoTime = nanoTime;
  }

  @Override
  public void onReplica(Downstream replica, Consumer<Optional<String>> answer) {
    Identity before = identities.get(replica);
    if (before != null) {
      answer.accept(judge(replica, before));
      return;
    }
    String told = replica.version();
    if (replica.listensAt().isEmpty() || told.equals(ANY_VERSION)) {
      // No server, but a tool that reads a stream; or one like us.
      identities.put(replica, Identity.unknown(""));
      answer.accept(Optional.empty());
      return;
    }
    ReplicaWatch watch =
        new ReplicaWatch(
            replica.listensAt().get(),
            plan.options().password(),
            connector,
            found -> {
              Identity identity = completed(found, told);
              identities.put(replica, identity);
              answer.accept(judge(replica, identity));
            });
    watches.put(replica, watch);
    watch.open(nanoTime.getAsLong());
  }

  /** Only Valkey tells its version when it asks for the stream. */
  private static Identity completed(Identity found, String told) {
    return found.server().family() == Family.UNKNOWN && !told.isEmpty()
        ? new Identity(
            new SourceServer(Family.VALKEY, told, false, false),
            "",
            found.databases(),
            found.keys())
        : found;
  }

  /** Which replicas do not have a database; its keys would come into another one of theirs. */
  List<Downstream> lacking(int database) {
    return identities.entrySet().stream()
        .filter(each -> each.getValue().lacks(database))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What to say to such a replica. */
  static String lacks(int database) {
    return "this feed uses database "
        + database
        + ", which the replica does not have; raise its 'databases' and start it again";
  }

  /**
   * Whoever orders a server to follow a feed gives up what it holds; if that was a mistake, this
   * line says what became of it. Whoever followed this feed holds what it had from it.
   */
  @Override
  public void onSnapshot(Downstream replica, boolean followed) {
    Identity identity = identities.get(replica);
    if (identity == null || identity.keys() == 0 || followed) {
      return;
    }
    if (replaced.put(replica, identity.keys()) == null) {
      LOG.warn(
          "the feed at {} gives {} a snapshot, which replaces the {} keys that it holds",
          plan.listen(),
          replica.name(),
          identity.keys());
    }
  }

  /** How many keys of its own a replica held that a snapshot of this connection replaced. */
  long replaced(Downstream replica) {
    return replaced.getOrDefault(replica, 0L);
  }

  @Override
  public void onGone(Downstream connection) {
    replaced.remove(connection);
    identities.remove(connection);
    ReplicaWatch watch = watches.remove(connection);
    if (watch != null) {
      watch.close();
    }
  }

  /** The source told what it is: those who wait are judged again. */
  void review() {
    for (Downstream replica : desk.waiting()) {
      Identity identity = identities.get(replica);
      if (identity != null) {
        judge(replica, identity).ifPresent(replica::refuse);
      }
    }
  }

  void tick(long nowNanos) {
    List.copyOf(watches.values()).forEach(watch -> watch.tick(nowNanos));
  }

  /** What a replica is, in words; empty while that is not known. */
  String server(Downstream replica) {
    Identity identity = identities.get(replica);
    return identity == null || identity.server().family() == Family.UNKNOWN
        ? ""
        : identity.server().toString();
  }

  /** How many replicated commands a replica refused. */
  long refused(Downstream replica) {
    ReplicaWatch watch = watches.get(replica);
    return watch == null ? 0 : watch.refused();
  }

  /** Why the last replica that asked was refused, if it was. */
  Optional<String> refusal() {
    return refusal;
  }

  private Optional<String> judge(Downstream replica, Identity identity) {
    Optional<String> verdict = verdict(replica, identity);
    if (verdict.isPresent() && !verdict.equals(refusal)) {
      LOG.warn("the feed at {} refuses {}: {}", plan.listen(), replica.name(), verdict.get());
    }
    refusal = verdict;
    return verdict;
  }

  private Optional<String> verdict(Downstream replica, Identity identity) {
    if (identity.lacks(desk.highestDatabase())) {
      return Optional.of(lacks(desk.highestDatabase()));
    }
    SourceServer server = identity.server();
    if (server.family() == Family.UNKNOWN) {
      return plan.target().isPresent() || identity.reason().isEmpty()
          ? Optional.empty()
          : Optional.of(
              "nobody knows which version the replica has: "
                  + identity.reason()
                  + "; set the feed's target, such as 'redis 7.0'");
    }
    RdbTarget words = words().orElse(null);
    if (words == null || fits(words, server)) {
      return Optional.empty();
    }
    if (plan.target().isPresent()) {
      return Optional.of(
          "the replica is " + server + ", and this feed is for " + plan.target().get());
    }
    if (desk.isServing()) {
      return Optional.of(foreign(server, words));
    }
    RdbTarget source = target(desk.source());
    desk.retarget(
        source != null && fits(source, server)
            ? Optional.empty()
            : Optional.ofNullable(target(server)));
    refuseForeign(replica);
    return Optional.empty();
  }

  /** The words have changed, and some who wait may not know them. */
  private void refuseForeign(Downstream admitted) {
    RdbTarget words = words().orElse(null);
    for (Downstream other : desk.waiting()) {
      Identity identity = identities.get(other);
      if (words != null
          && identity != null
          && !other.equals(admitted)
          && identity.server().family() != Family.UNKNOWN
          && !fits(words, identity.server())) {
        other.refuse(foreign(identity.server(), words));
      }
    }
  }

  private static String foreign(SourceServer server, RdbTarget words) {
    return "the replica is "
        + server
        + ", and this feed's other replicas are fed as "
        + words
        + "; give it a feed of its own";
  }

  /** Whose words the stream is in; empty while that is not known. */
  Optional<RdbTarget> words() {
    return desk.target().or(() -> Optional.ofNullable(target(desk.source())));
  }

  private @Nullable RdbTarget target(SourceServer server) {
    RdbVersion.Family family =
        switch (server.family()) {
          case REDIS -> RdbVersion.Family.REDIS;
          case VALKEY -> RdbVersion.Family.VALKEY;
          case UNKNOWN -> null;
        };
    return family == null
        ? null
        : RdbTarget.of(family, server.major(), server.minor()).withLoss(plan.loss());
  }

  /** Whether a server knows everything that is said in a target's words. */
  private static boolean fits(RdbTarget words, SourceServer server) {
    boolean sameFamily = words.family().name().equals(server.family().name());
    return sameFamily
        ? server.isAtLeast(words.major(), words.minor())
        // Valkey began as Redis 7.2.
        : words.family() == RdbVersion.Family.REDIS
            && (words.major() < 7 || (words.major() == 7 && words.minor() <= 2));
  }

  @Override
  public List<String> versionLines() {
    RdbTarget words = words().orElse(null);
    if (words == null) {
      return List.of();
    }
    SourceServer source = desk.source();
    String version =
        desk.target().isEmpty() ? source.version() : words.major() + "." + words.minor() + ".0";
    return words.family() == RdbVersion.Family.REDIS
        ? List.of("redis_version:" + version)
        : List.of("redis_version:" + REDIS_OF_VALKEY, "valkey_version:" + version);
  }
}
