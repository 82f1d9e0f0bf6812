package io.understudy.app.config;

import io.understudy.topology.Address;
import io.understudy.wire.acl.AclUser;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.ServerTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything the program was told, complete and consistent: names are unique, every listener's
 * group exists, and every number is inside its range.
 *
 * @param groups at least one, unless there is something to replicate
 * @param replication sources that are fed to others in parts; may be empty
 */
public record Configuration(
    List<Group> groups,
    Proxy proxy,
    Failover failover,
    List<SourceConfig> replication,
    Admin admin,
    Log log) {
  public Configuration {
    groups = List.copyOf(groups);
    replication = List.copyOf(replication);
  }

  /**
   * One dataset: a primary and its replicas.
   *
   * @param name unique; letters, digits, {@code . _ -}
   * @param nodes at least one; which of them is primary is found out, not told
   * @param places what more is said of nodes; of those that are given by address alone, nothing
   * @param tls empty for plain connections to the nodes
   * @param durability empty when a primary's own answer to a write is enough
   */
  public record Group(
      String name,
      List<Address> nodes,
      Map<Address, Place> places,
      Optional<Credentials> auth,
      Optional<ClientTls> tls,
      Optional<Durability> durability) {
    public Group {
      nodes = List.copyOf(nodes);
      places = Map.copyOf(places);
    }

    /** One of nodes of which nothing more is said. */
    public Group(
        String name, List<Address> nodes, Optional<Credentials> auth, Optional<ClientTls> tls) {
      this(name, nodes, Map.of(), auth, tls, Optional.empty());
    }

    /** One whose nodes are reached in plain. */
    public Group(String name, List<Address> nodes, Optional<Credentials> auth) {
      this(name, nodes, auth, Optional.empty());
    }
  }

  /**
   * Where a node is, whether it should be primary, and how often it is read from.
   *
   * @param weight how often reads of this process go to it, compared with others; 0 for never
   */
  public record Place(Optional<String> zone, Priority priority, int weight) {
    /** One of which nothing is said. */
    public static final Place USUAL = new Place(Optional.empty(), Priority.NORMAL, Defaults.WEIGHT);
  }

  /** Whether a node should be primary. */
  public enum Priority {
    PREFER,
    NORMAL,
    NEVER
  }

  /** Zones that the primary should be in, should not be in, and must not be in. */
  public record Zones(List<String> prefer, List<String> avoid, List<String> forbid) {
    /** All are alike. */
    public static final Zones ALIKE = new Zones(List.of(), List.of(), List.of());

    public Zones {
      prefer = List.copyOf(prefer);
      avoid = List.copyOf(avoid);
      forbid = List.copyOf(forbid);
    }
  }

  /**
   * What a write must have reached before it is answered.
   *
   * @param replicas how many must have it, fewer than the group has nodes
   * @param timeout how long they may take, before the client is told that they have it not
   */
  public record Durability(int replicas, Duration timeout) {}

  /**
   * How Understudy logs in to the nodes of a group.
   *
   * @param username empty for the {@code default} user, the only one before ACLs
   */
  public record Credentials(Optional<String> username, Secret password) {}

  /**
   * The part that clients connect to.
   *
   * @param threads event loops; 0 for one per processor
   * @param maxClients connections of clients, all listeners together
   * @param idleTimeout empty for never
   * @param drain how long {@code SIGTERM} lets requests in flight finish
   * @param observing which requests are looked at more closely
   * @param zone where this process is; empty if all nodes are equally near
   * @param output what may wait for clients that do not read
   */
  public record Proxy(
      List<Listener> listeners,
      Transport transport,
      int threads,
      int maxClients,
      Optional<Duration> idleTimeout,
      Hold hold,
      Memory memory,
      Duration drain,
      Observing observing,
      Optional<String> zone,
      Output output) {
    public Proxy {
      listeners = List.copyOf(listeners);
    }

    /** One to which all nodes are equally near, and clients are slow as usual. */
    public Proxy(
        List<Listener> listeners,
        Transport transport,
        int threads,
        int maxClients,
        Optional<Duration> idleTimeout,
        Hold hold,
        Memory memory,
        Duration drain,
        Observing observing) {
      this(
          listeners,
          transport,
          threads,
          maxClients,
          idleTimeout,
          hold,
          memory,
          drain,
          observing,
          Optional.empty(),
          Defaults.output(memory));
    }
  }

  /**
   * Which requests are looked at more closely.
   *
   * @param slow a request that takes at least so long is noted; empty for none
   * @param slowEntries how many are kept for each listener
   * @param samples how many commands are looked at in a second for their keys; 0 for none
   */
  public record Observing(Optional<Duration> slow, int slowEntries, int samples) {}

  /**
   * An address that clients connect to, the group it serves, and how reads are spread there.
   *
   * @param tls empty for plain connections
   * @param maxClients of this listener alone; empty for as many as all may have
   * @param maxClientsPerAddress of this listener, from one address; empty for any number
   * @param routes which keys belong to other groups; empty if all belong to {@code group}
   * @param users who may log in at the proxy; empty if the servers judge that
   */
  public record Listener(
      Address bind,
      String group,
      ReadRules reads,
      Optional<ServerTls> tls,
      Optional<Integer> maxClients,
      Optional<Integer> maxClientsPerAddress,
      Optional<Routes> routes,
      List<User> users) {
    public Listener {
      users = List.copyOf(users);
    }

    /** A plain one to one group, without bounds of its own. */
    public Listener(Address bind, String group, ReadRules reads) {
      this(
          bind,
          group,
          reads,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of());
    }

    /** Whether it leads to a group, be it by a route. */
    public boolean leadsTo(String name) {
      return groups().contains(name);
    }

    /** The groups that it leads to. */
    public Set<String> groups() {
      Set<String> all = new LinkedHashSet<>(List.of(group));
      routes.flatMap(Routes::pubsub).ifPresent(all::add);
      routes.ifPresent(some -> some.routes().forEach(route -> all.add(route.group())));
      return all;
    }
  }

  /**
   * Who may log in at a listener.
   *
   * @param as the user of the servers that runs its commands; empty for the group's own
   */
  public record User(AclUser acl, Optional<Credentials> as) {}

  /**
   * Which keys of a listener belong to other groups than its own.
   *
   * @param routes the first that fits counts
   * @param pubsub the group of channels; empty for the listener's
   */
  public record Routes(List<Route> routes, Optional<String> pubsub) {
    public Routes {
      routes = List.copyOf(routes);
    }
  }

  /** The group of the keys that fit a rule. */
  public record Route(FeedConfig.KeyRule rule, String group) {}

  /**
   * Who answers requests that only read.
   *
   * @param consistency what such a request must find
   * @param maxLagTime for {@code bounded}: what is older than this must be there
   * @param maxLagBytes for {@code bounded}: at most so much may be missing
   */
  public record ReadRules(
      Reads from,
      Balance balance,
      Consistency consistency,
      Duration maxLagTime,
      long maxLagBytes) {}

  /**
   * How much waits while a group has no primary; what exceeds it gets an error at once.
   *
   * @param time for one request
   * @param requests for one group
   * @param bytes for one group
   */
  public record Hold(Duration time, int requests, long bytes) {}

  /**
   * How much is kept in memory.
   *
   * @param clientBytes of one client's request
   * @param totalBytes for all clients together
   */
  public record Memory(long clientBytes, long totalBytes) {}

  /**
   * What may wait for clients that do not read.
   *
   * @param normal of those that are sent what they asked for
   * @param pubsub of those that are sent more than that
   */
  public record Output(OutputLimit normal, OutputLimit pubsub) {}

  /**
   * What may wait for one client before it is closed.
   *
   * @param hardBytes beyond this at once; empty for no such bound
   * @param softBytes beyond this if it lasts; empty for no such bound
   * @param softTime how long it may last
   */
  public record OutputLimit(
      Optional<Long> hardBytes, Optional<Long> softBytes, Duration softTime) {}

  /**
   * How failures are found and who decides.
   *
   * @param maxLagBytes a replica further behind is never promoted
   * @param maxLagTime a replica whose link was down for longer is never promoted
   * @param stateDirectory holds what must survive a restart of a process that decides alone;
   *     absolute
   * @param keeper who this process is among several; present with {@link Coordinator#ZOOKEEPER}
   * @param zookeeper how to reach it; present unless {@link Coordinator#LOCAL}
   * @param upkeep how groups are kept complete
   * @param hooks what is called before and after what is done
   * @param whenCoordinatorLost what proxies do while ZooKeeper is gone
   */
  public record Failover(
      Coordinator coordinator,
      Detection detection,
      long maxLagBytes,
      Duration maxLagTime,
      OnConflict onConflict,
      Path stateDirectory,
      Optional<Member> keeper,
      Optional<Zookeeper> zookeeper,
      Upkeep upkeep,
      List<HookConfig> hooks,
      WhenCoordinatorLost whenCoordinatorLost) {
    public Failover {
      hooks = List.copyOf(hooks);
    }

    /** Of a process that needs no ZooKeeper. */
    public Failover(
        Coordinator coordinator,
        Detection detection,
        long maxLagBytes,
        Duration maxLagTime,
        OnConflict onConflict,
        Path stateDirectory) {
      this(
          coordinator,
          detection,
          maxLagBytes,
          maxLagTime,
          onConflict,
          stateDirectory,
          Optional.empty(),
          Optional.empty(),
          Defaults.UPKEEP,
          List.of(),
          Defaults.WHEN_COORDINATOR_LOST);
    }

    /** The same with other standbys. */
    public Failover withStandbys(List<Address> others) {
      return new Failover(
          coordinator,
          detection,
          maxLagBytes,
          maxLagTime,
          onConflict,
          stateDirectory,
          keeper,
          zookeeper,
          new Upkeep(others, upkeep.replicaGrace(), upkeep.zones(), upkeep.returnAfter()),
          hooks,
          whenCoordinatorLost);
    }

    /** The same with other hooks. */
    public Failover withHooks(List<HookConfig> others) {
      return new Failover(
          coordinator,
          detection,
          maxLagBytes,
          maxLagTime,
          onConflict,
          stateDirectory,
          keeper,
          zookeeper,
          upkeep,
          others,
          whenCoordinatorLost);
    }
  }

  /**
   * How groups are kept complete.
   *
   * @param standbys servers that take the place of lost replicas, of whichever group
   * @param replicaGrace how long a replica may not answer before one does
   * @param returnAfter how long nothing may have changed before the primary returns to a better
   *     placed node; empty for never
   */
  public record Upkeep(
      List<Address> standbys, Duration replicaGrace, Zones zones, Optional<Duration> returnAfter) {
    public Upkeep {
      standbys = List.copyOf(standbys);
    }
  }

  /**
   * When a primary counts as lost.
   *
   * @param downAfter how long a silent primary stays primary; one that refuses connections is not
   *     waited for
   * @param refusals how many refused connections in a row make a crash
   * @param pingEvery how often each node is asked PING
   * @param infoEvery how often each node is asked INFO while nothing is wrong
   * @param turnEvery how often is decided while nothing new is seen
   */
  public record Detection(
      Duration downAfter,
      int refusals,
      Duration pingEvery,
      Duration infoEvery,
      Duration turnEvery) {}

  /**
   * One of several keepers that decide together.
   *
   * @param members the ids of all of them, this one's too
   */
  public record Member(String id, List<String> members) {
    public Member {
      members = List.copyOf(members);
    }
  }

  /**
   * How to reach ZooKeeper.
   *
   * @param connect servers, separated by commas
   * @param prefix everything is kept below it
   * @param auth the user that owns what is created
   * @param session how long ZooKeeper waits for a process that it does not hear
   */
  public record Zookeeper(
      String connect,
      String prefix,
      Optional<ZookeeperLogin> auth,
      Optional<Tls> tls,
      Duration session) {}

  /** A user of ZooKeeper, and how it logs in. */
  public record ZookeeperLogin(Credentials user, ZookeeperMechanism mechanism) {}

  /** How a user logs in to ZooKeeper. */
  public enum ZookeeperMechanism {
    /** ZooKeeper's own digest. */
    DIGEST,
    /** SASL, DIGEST-MD5. */
    SASL
  }

  /** Certificates, as absolute paths of PEM, JKS or PKCS12 files. */
  public record Tls(
      Path trustStore,
      Optional<Secret> trustStorePassword,
      Optional<Path> keyStore,
      Optional<Secret> keyStorePassword) {}

  /**
   * The admin port.
   *
   * @param bind where it is
   * @param reads who may read there
   * @param tls what is shown to those who ask, and what they must show; empty for plain HTTP
   */
  public record Admin(Address bind, AdminReads reads, Optional<ServerTls> tls) {
    /** Plain, and open for reading. */
    public Admin(Address bind) {
      this(bind, AdminReads.OPEN, Optional.empty());
    }
  }

  /** Who may read at the admin port. */
  public enum AdminReads {
    /** Whoever reaches it. */
    OPEN,
    /** Whoever may change something. */
    TOKEN
  }

  /**
   * What is logged, and where to besides standard error.
   *
   * @param syslog where warnings and errors are sent too, by UDP
   */
  public record Log(Level level, Format format, Optional<LogFile> file, Optional<Address> syslog) {
    /** Standard error alone. */
    public Log(Level level, Format format) {
      this(level, format, Optional.empty(), Optional.empty());
    }
  }

  /**
   * A log file that is begun anew each day and when it is full.
   *
   * @param path absolute; older ones get a date and a number behind it
   * @param sizeBytes of one file
   * @param backups how many such sizes older ones may have together
   * @param age older ones are deleted; counted in whole days
   */
  public record LogFile(Path path, long sizeBytes, int backups, Duration age) {}

  /** Which nodes answer requests that only read. */
  public enum Reads {
    PRIMARY,
    REPLICAS,
    NEAREST
  }

  /** How one of several replicas is chosen. */
  public enum Balance {
    ROUND_ROBIN,
    LEAST_OUTSTANDING
  }

  /** What a request that only reads must find. */
  public enum Consistency {
    ANY,
    BOUNDED,
    SESSION
  }

  /** The kernel interface of the sockets. */
  public enum Transport {
    EPOLL,
    IO_URING
  }

  /** Who decides about failovers. */
  public enum Coordinator {
    /** This process, alone. */
    LOCAL,
    /** A majority of several keepers, this one among them. */
    ZOOKEEPER,
    /** Keepers elsewhere; this process does what they publish. */
    FOLLOW
  }

  /** What proxies do with requests while ZooKeeper is gone. */
  public enum WhenCoordinatorLost {
    /** They wait. */
    FREEZE,
    /** They go on while all replicas are shown to follow the primary. */
    VERIFY
  }

  /** What to do when two primaries hold different data at start. */
  public enum OnConflict {
    REFUSE,
    FRESHEST
  }

  /** The least severe lines that are written. */
  public enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /** The form of a line. */
  public enum Format {
    TEXT,
    JSON
  }
}
