package io.understudy.app.config;

import io.understudy.topology.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Every default of the configuration; a test pins each of them. */
public final class Defaults {
  /** Where {@code run} looks when it is not told. */
  public static final Path FILE = Path.of("understudy.yaml");

  /** Loopback, because whoever reaches the admin port may read there. */
  public static final Address ADMIN_BIND = new Address("127.0.0.1", 8000);

  /** Whoever is on loopback is on this machine. */
  public static final Configuration.AdminReads ADMIN_READS = Configuration.AdminReads.OPEN;

  /** Long enough for a paused virtual machine or a slow command, short enough to be of use. */
  public static final Duration DOWN_AFTER = Duration.ofSeconds(3);

  /** How long replicas may take to confirm a write, where they must. */
  public static final Duration DURABILITY_TIMEOUT = Duration.ofSeconds(1);

  /** How often each node is asked {@code PING}. */
  public static final Duration PING_EVERY = Duration.ofMillis(100);

  /** INFO costs a server more than PING: so many of these to one of those. */
  public static final int PINGS_PER_INFO = 10;

  /** How often is decided while nothing new is seen. */
  public static final Duration TURN_EVERY = Duration.ofMillis(100);

  /** A full accept queue may refuse once. */
  public static final int REFUSALS = 2;

  /** A replica that lags more than this is never promoted. */
  public static final long MAX_LAG_BYTES = 64L << 20;

  /** A replica whose link was down for longer than this before the failure is never promoted. */
  public static final Duration MAX_LAG_TIME = Duration.ofSeconds(60);

  /** Two primaries with different data need a person. */
  public static final Configuration.OnConflict ON_CONFLICT = Configuration.OnConflict.REFUSE;

  /** Beside the configuration file. */
  public static final Path STATE_DIRECTORY = Path.of("understudy-state");

  /** Who decides: this process alone. */
  public static final Configuration.Coordinator COORDINATOR = Configuration.Coordinator.LOCAL;

  /** Nothing is believed that ZooKeeper does not say. */
  public static final Configuration.WhenCoordinatorLost WHEN_COORDINATOR_LOST =
      Configuration.WhenCoordinatorLost.FREEZE;

  /** Long enough for a program that asks somebody else; a failover waits no longer for it. */
  public static final Duration HOOK_DEADLINE = Duration.ofSeconds(5);

  /** How long at most a hook that objects holds back a failover. */
  public static final Duration HOOK_VETO = Duration.ofSeconds(30);

  /** No standbys; where there are some, a server may take a minute to start again. */
  public static final Configuration.Upkeep UPKEEP =
      new Configuration.Upkeep(
          List.of(), Duration.ofMinutes(1), Configuration.Zones.ALIKE, Optional.empty());

  /** Long enough that a node which comes and goes does not take the primary with it. */
  public static final Duration RETURN_AFTER = Duration.ofMinutes(1);

  /** Everything in ZooKeeper is kept below this path. */
  public static final String ZOOKEEPER_PREFIX = "/understudy";

  /** Long enough for the election of another ZooKeeper leader. */
  public static final Duration ZOOKEEPER_SESSION = Duration.ofSeconds(6);

  /**
   * Requests go to the primary. Where they go to replicas, a client finds what it wrote; a bound,
   * where one is asked for, is a second and a megabyte.
   */
  public static final Configuration.ReadRules READS =
      new Configuration.ReadRules(
          Configuration.Reads.PRIMARY,
          Configuration.Balance.ROUND_ROBIN,
          Configuration.Consistency.SESSION,
          Duration.ofSeconds(1),
          1 << 20);

  /** How often a node is read from, compared with others. */
  public static final int WEIGHT = 1;

  /** The kernel interface of the sockets. */
  public static final Configuration.Transport TRANSPORT = Configuration.Transport.EPOLL;

  /** 0 stands for one event loop per processor. */
  public static final int THREADS = 0;

  /** Connections of clients, all listeners together; Redis' own default. */
  public static final int MAX_CLIENTS = 10_000;

  /** Clients may stay idle for ever, as on a server. */
  public static final Optional<Duration> IDLE_TIMEOUT = Optional.empty();

  /** How long a request waits for a new primary before it gets an error. */
  public static final Duration HOLD_TIME = Duration.ofSeconds(10);

  /** How many requests may wait for a new primary, per group. */
  public static final int HOLD_REQUESTS = 100_000;

  /** How many bytes of requests may wait for a new primary, per group. */
  public static final long HOLD_BYTES = 64L << 20;

  /** How many bytes may be buffered for one client before it is no longer read from. */
  public static final long CLIENT_BYTES = 32L << 20;

  /** How many bytes may be buffered for all clients together. */
  public static final long TOTAL_BYTES = 512L << 20;

  /** For how long a client may have too much to read, where there is a bound for that. */
  public static final Duration SOFT_TIME = Duration.ofMinutes(1);

  /** What a server has for subscribers; for others, one bound. */
  public static Configuration.Output output(Configuration.Memory memory) {
    return new Configuration.Output(
        new Configuration.OutputLimit(
            Optional.of(memory.clientBytes()), Optional.empty(), SOFT_TIME),
        new Configuration.OutputLimit(Optional.of(32L << 20), Optional.of(8L << 20), SOFT_TIME));
  }

  /** The largest value of a snapshot that is held to be changed. */
  public static final int MAX_VALUE_BYTES = 64 << 20;

  /** How much of a feed's stream is kept for replicas that come back. */
  public static final int BACKLOG_BYTES = 16 << 20;

  /** How long {@code SIGTERM} lets requests in flight finish. */
  public static final Duration DRAIN_TIME = Duration.ofSeconds(10);

  /** Which requests are looked at: a server's own slow log begins at 10 ms, too. */
  public static final Configuration.Observing OBSERVING =
      new Configuration.Observing(Optional.of(Duration.ofMillis(10)), 128, 1_000);

  /** How much is logged. */
  public static final Configuration.Level LOG_LEVEL = Configuration.Level.INFO;

  /** For people. */
  public static final Configuration.Format LOG_FORMAT = Configuration.Format.TEXT;

  /** Of one log file, when one is asked for. */
  public static final long LOG_FILE_BYTES = 5L << 20;

  /** How many full log files are kept. */
  public static final int LOG_FILE_BACKUPS = 3;

  /** For how long they are kept. */
  public static final Duration LOG_FILE_AGE = Duration.ofDays(28);

  private Defaults() {}
}
