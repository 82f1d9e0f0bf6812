package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.Secret;
import io.understudy.failover.GroupOptions;
import io.understudy.failover.KeeperOptions;
import io.understudy.failover.decide.DurabilityPolicy;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.Placement;
import io.understudy.failover.decide.Upkeep;
import io.understudy.failover.observe.Cadence;
import io.understudy.proxy.Listener;
import io.understudy.proxy.ProxyOptions;
import io.understudy.proxy.backend.Access;
import io.understudy.proxy.backend.Transport;
import io.understudy.proxy.route.Admission;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.KeyRule;
import io.understudy.proxy.route.Limits;
import io.understudy.proxy.route.Observing;
import io.understudy.proxy.route.OutputLimit;
import io.understudy.proxy.route.Places;
import io.understudy.proxy.route.ReadPolicy;
import io.understudy.proxy.route.Routes;
import io.understudy.proxy.route.Users;
import io.understudy.topology.Address;
import io.understudy.topology.Coordinator;
import io.understudy.topology.Verification;
import io.understudy.zookeeper.KeeperIdentity;
import io.understudy.zookeeper.ZookeeperOptions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Says to each part, in its own words, what the configuration says. */
final class Options {
  private static final int KEEPER_IO_THREADS = 1;

  private static final int ACTION_PART = 6;
  private static final int HASH_CHARACTERS = 16;

  private Options() {}

  /** How to reach ZooKeeper, where the configuration says that it is needed. */
  static ZookeeperOptions zookeeper(Configuration configuration) {
    Configuration.Zookeeper zookeeper = configuration.failover().zookeeper().orElseThrow();
    return new ZookeeperOptions(
        zookeeper.connect(),
        zookeeper.prefix(),
        zookeeper
            .auth()
            .map(
                auth ->
                    new ZookeeperOptions.Login(
                        auth.user().username().orElse(""),
                        auth.user().password().reveal(),
                        switch (auth.mechanism()) {
                          case DIGEST -> ZookeeperOptions.Login.Kind.DIGEST;
                          case SASL -> ZookeeperOptions.Login.Kind.SASL;
                        })),
        zookeeper
            .tls()
            .map(
                tls ->
                    new ZookeeperOptions.Tls(
                        tls.trustStore(),
                        tls.trustStorePassword().map(Secret::reveal),
                        tls.keyStore(),
                        tls.keyStorePassword().map(Secret::reveal))),
        zookeeper.session());
  }

  static List<String> groupNames(Configuration configuration) {
    return configuration.groups().stream().map(Configuration.Group::name).toList();
  }

  /** Who this keeper is, with a hash of what every keeper must be told alike. */
  static KeeperIdentity identity(Configuration configuration) {
    Configuration.Failover failover = configuration.failover();
    Configuration.Member member = failover.keeper().orElseThrow();
    var alike = new StringBuilder();
    configuration.groups().stream()
        .sorted(Comparator.comparing(Configuration.Group::name))
        .forEach(
            g -> {
              alike
                  .append(g.name())
                  .append(g.nodes().stream().sorted().toList())
                  .append(deciding(g));
              g.durability().ifPresent(alike::append);
              alike.append('\n');
            });
    alike
        .append(member.members().stream().sorted().toList())
        .append(policy(failover))
        .append(failover.upkeep())
        .append(failover.zookeeper().map(Configuration.Zookeeper::session));
    return new KeeperIdentity(
        member.id(),
        member.members(),
        hash(alike.toString()),
        groupNames(configuration),
        "process " + ProcessHandle.current().pid() + ", admin " + configuration.admin().bind());
  }

  /** What is said of a group's nodes, without what each process says for itself: the weights. */
  private static Map<Address, String> deciding(Configuration.Group group) {
    Map<Address, String> said = new TreeMap<>();
    group
        .places()
        .forEach(
            (node, place) -> {
              boolean decides =
                  place.zone().isPresent() || place.priority() != Configuration.Priority.NORMAL;
              if (decides) {
                said.put(
                    node, "Place[zone=" + place.zone() + ", priority=" + place.priority() + "]");
              }
            });
    return said;
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HASH_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static KeeperOptions keeper(Configuration configuration, Coordinator coordinator) {
    Configuration.Failover failover = configuration.failover();
    Configuration.Detection detection = failover.detection();
    return new KeeperOptions(
        coordinator,
        policy(failover),
        new Cadence(
            detection.pingEvery(),
            detection.infoEvery(),
            shorter(Cadence.DEFAULT.silentAfter(), detection.downAfter().dividedBy(2)),
            Cadence.DEFAULT.connectTimeout(),
            Cadence.DEFAULT.reconnectEvery(),
            detection.turnEvery()),
        KEEPER_IO_THREADS,
        failover.upkeep().standbys(),
        HookOptions.of(failover.hooks()));
  }

  private static FailoverPolicy policy(Configuration.Failover failover) {
    FailoverPolicy usual = FailoverPolicy.DEFAULT;
    return new FailoverPolicy(
            failover.detection().downAfter(),
            usual.startWait(),
            usual.candidateWait(),
            failover.maxLagBytes(),
            failover.maxLagTime(),
            switch (failover.onConflict()) {
              case REFUSE -> FailoverPolicy.OnConflict.REFUSE;
              case FRESHEST -> FailoverPolicy.OnConflict.FRESHEST;
            },
            usual.maxFailovers(),
            usual.failoverWindow(),
            usual.maxOperating(),
            usual.maxSuspectedShare(),
            // An order must end well inside the lease under which it was sent.
            failover
                .zookeeper()
                .map(z -> shorter(usual.actionDeadline(), z.session().dividedBy(ACTION_PART)))
                .orElse(usual.actionDeadline()),
            usual.retryAfter(),
            failover.detection().refusals())
        .withUpkeep(
            new Upkeep(
                failover.upkeep().replicaGrace(), Placement.NONE, failover.upkeep().returnAfter()))
        .withVerification(
            switch (failover.whenCoordinatorLost()) {
              case FREEZE -> Optional.empty();
              case VERIFY -> Optional.of(Verification.USUAL);
            });
  }

  private static Duration shorter(Duration left, Duration right) {
    return left.compareTo(right) <= 0 ? left : right;
  }

  /** What a keeper is told of some groups of a configuration. */
  static List<GroupOptions> groups(
      Configuration configuration, List<Configuration.Group> groups, Certificates certificates)
      throws StartException {
    List<GroupOptions> all = new ArrayList<>();
    for (Configuration.Group group : groups) {
      all.add(group(group, configuration.failover().upkeep().zones(), certificates));
    }
    return all;
  }

  /** What a keeper is told of a group. */
  static GroupOptions group(
      Configuration.Group group, Configuration.Zones zones, Certificates certificates)
      throws StartException {
    return new GroupOptions(
        group.name(),
        group.nodes(),
        placement(group, zones),
        credentials(group),
        certificates.of(group.tls()),
        group.durability().map(d -> new DurabilityPolicy(d.replicas(), d.timeout())));
  }

  private static Placement placement(Configuration.Group group, Configuration.Zones zones) {
    List<Placement.Place> places = new ArrayList<>();
    // Nodes that came by add-node are among them, too.
    new TreeMap<>(group.places())
        .forEach(
            (node, place) ->
                places.add(
                    new Placement.Place(
                        node,
                        place.zone(),
                        switch (place.priority()) {
                          case PREFER -> Placement.Tag.PREFER;
                          case NORMAL -> Placement.Tag.NORMAL;
                          case NEVER -> Placement.Tag.NEVER;
                        })));
    return new Placement(places, zones.prefer(), zones.avoid(), zones.forbid());
  }

  /** How a keeper logs in to a group. */
  static Optional<io.understudy.failover.link.Credentials> credentials(Configuration.Group group) {
    return group
        .auth()
        .map(
            auth ->
                new io.understudy.failover.link.Credentials(
                    auth.username(), auth.password().reveal()));
  }

  /** Whether the listeners' sockets can be passed on to another process, if there are any. */
  static boolean passesSockets(Configuration configuration) {
    return configuration.proxy().listeners().isEmpty()
        || transport(configuration.proxy()).available() == Transport.EPOLL;
  }

  private static Transport transport(Configuration.Proxy proxy) {
    return switch (proxy.transport()) {
      case EPOLL -> Transport.EPOLL;
      case IO_URING -> Transport.IO_URING;
    };
  }

  static ProxyOptions proxy(Configuration configuration, Certificates certificates)
      throws StartException {
    Configuration.Proxy proxy = configuration.proxy();
    Map<String, Access> access = new HashMap<>();
    for (Configuration.Group group : configuration.groups()) {
      access.put(group.name(), access(group, proxy.zone(), certificates));
    }
    List<Listener> listeners = new ArrayList<>();
    for (Configuration.Listener listener : proxy.listeners()) {
      listeners.add(listener(listener, certificates));
    }
    int threads =
        proxy.threads() > 0 ? proxy.threads() : Runtime.getRuntime().availableProcessors();
    Limits usual = Limits.DEFAULT;
    return new ProxyOptions(
        listeners,
        access,
        threads,
        transport(proxy),
        new Limits(
            proxy.maxClients(),
            proxy.memory().clientBytes(),
            proxy.memory().totalBytes(),
            proxy.hold().time(),
            // The proxy counts per event loop, a user per group: the sum must not be above.
            Math.ceilDiv(proxy.hold().requests(), threads),
            Math.ceilDiv(proxy.hold().bytes(), threads),
            proxy.idleTimeout().orElse(Duration.ZERO),
            usual.commandsPerTurn(),
            usual.commandsInFlight(),
            usual.resumedPerTurn(),
            usual.streamedRequestBytes(),
            usual.heavyReplyBytes(),
            usual.maxBackends(),
            observing(proxy.observing(), threads),
            new OutputLimit.Classes(
                limit(proxy.output().normal()), limit(proxy.output().pubsub()))));
  }

  private static OutputLimit limit(Configuration.OutputLimit wanted) {
    return new OutputLimit(
        wanted.hardBytes().orElse(Long.MAX_VALUE),
        wanted.softBytes().orElse(Long.MAX_VALUE),
        wanted.softTime().toNanos());
  }

  private static Observing observing(Configuration.Observing wanted, int threads) {
    return new Observing(
        wanted.slow().map(Duration::toNanos).orElse(Long.MAX_VALUE),
        Math.ceilDiv(wanted.slowEntries(), threads),
        Math.ceilDiv(wanted.samples(), threads));
  }

  private static Access access(
      Configuration.Group group, Optional<String> zone, Certificates certificates)
      throws StartException {
    return new Access(
        group.auth().map(Options::credentials).orElse(Credentials.NONE),
        certificates.of(group.tls()),
        places(group, zone));
  }

  private static Places places(Configuration.Group group, Optional<String> zone) {
    Set<Address> near = new HashSet<>();
    Map<Address, Integer> weights = new HashMap<>();
    group
        .places()
        .forEach(
            (node, place) -> {
              weights.put(node, place.weight());
              if (zone.isPresent() && place.zone().equals(zone)) {
                near.add(node);
              }
            });
    return new Places(near, weights);
  }

  private static Listener listener(Configuration.Listener listener, Certificates certificates)
      throws StartException {
    Listener plain =
        new Listener(
                listener.bind().host(),
                listener.bind().port(),
                listener.group(),
                reads(listener.reads()))
            .with(
                new Admission(
                    listener.maxClients().orElse(Integer.MAX_VALUE),
                    listener.maxClientsPerAddress().orElse(Integer.MAX_VALUE)));
    Listener routed =
        listener.routes().map(routes -> plain.with(routes(listener, routes))).orElse(plain);
    Listener guarded = listener.users().isEmpty() ? routed : routed.with(users(listener.users()));
    return listener.tls().isPresent()
        ? guarded.with(certificates.of(listener.tls().get()))
        : guarded;
  }

  private static Users users(List<Configuration.User> users) {
    return new Users(
        users.stream()
            .map(
                user ->
                    new Users.User(
                        user.acl(),
                        user.as().map(Options::credentials).orElse(Credentials.OF_GROUP)))
            .toList());
  }

  private static Credentials credentials(Configuration.Credentials auth) {
    return new Credentials(bytes(auth.username().orElse("")), bytes(auth.password().reveal()));
  }

  private static Routes routes(Configuration.Listener listener, Configuration.Routes routes) {
    return new Routes(
        routes.routes().stream().map(r -> new Routes.Route(rule(r.rule()), r.group())).toList(),
        listener.group(),
        routes.pubsub().orElse(listener.group()));
  }

  private static KeyRule rule(FeedConfig.KeyRule rule) {
    return switch (rule) {
      case FeedConfig.KeyRule.Expression(String text) -> KeyRule.regex(text);
      case FeedConfig.KeyRule.Prefix(String text) -> KeyRule.prefix(text);
      case FeedConfig.KeyRule.Glob(String text) -> KeyRule.glob(text);
      case FeedConfig.KeyRule.Slots(int first, int last) -> new KeyRule.Slots(first, last);
    };
  }

  private static ReadPolicy reads(Configuration.ReadRules rules) {
    return new ReadPolicy(
        switch (rules.from()) {
          case PRIMARY -> ReadPolicy.From.PRIMARY;
          case REPLICAS -> ReadPolicy.From.REPLICAS;
          case NEAREST -> ReadPolicy.From.NEAREST;
        },
        switch (rules.balance()) {
          case ROUND_ROBIN -> ReadPolicy.Balance.ROUND_ROBIN;
          case LEAST_OUTSTANDING -> ReadPolicy.Balance.LEAST_OUTSTANDING;
        },
        switch (rules.consistency()) {
          case ANY -> ReadPolicy.Consistency.ANY;
          case BOUNDED -> ReadPolicy.Consistency.BOUNDED;
          case SESSION -> ReadPolicy.Consistency.SESSION;
        },
        rules.maxLagTime(),
        rules.maxLagBytes());
  }

  /** The proxy keeps credentials as bytes in Latin-1. */
  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
