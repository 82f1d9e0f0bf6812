package io.understudy.app.demo;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.app.rest.GroupReport;
import io.understudy.app.rest.Operator;
import io.understudy.app.wiring.News;
import io.understudy.app.wiring.StartException;
import io.understudy.app.wiring.Understudy;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Three servers, Understudy in front of them, and a client that writes: all that the demo needs.
 */
final class Stage implements AutoCloseable {
  static final String GROUP = "demo";

  private static final String LOOPBACK = "127.0.0.1";
  private static final int FIRST_SERVER_PORT = 7001;
  private static final int SERVERS = 3;
  private static final int CONNECTIONS = 8;
  private static final Duration WRITE_INTERVAL = Duration.ofMillis(4);

  /** Short, because a visitor watches; the default of {@code run} is longer. */
  private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

  private static final Duration PING_EVERY = Duration.ofMillis(50);
  private static final Duration START_DEADLINE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);

  private final ServerProgram program;
  private final List<DemoServer> servers;
  private final Watchdog watchdog;
  private final Understudy understudy;
  private final Configuration configuration;
  private final WriteLog log = new WriteLog();
  private final LongSupplier nanos;
  private final ThreadFactory threads;
  private Optional<Writers> writers = Optional.empty();

  private Stage(
      ServerProgram program,
      List<DemoServer> servers,
      Watchdog watchdog,
      Understudy understudy,
      Configuration configuration,
      LongSupplier nanos,
      ThreadFactory threads) {
    this.program = program;
    this.servers = servers;
    this.watchdog = watchdog;
    this.understudy = understudy;
    this.configuration = configuration;
    this.nanos = nanos;
    this.threads = threads;
  }

  /**
   * Starts servers and Understudy, not yet the client.
   *
   * @param server as {@link ServerProgram#find} takes it
   * @param port where clients connect, or the next free one
   * @param news gets every decision, on the keeper's thread
   */
  static Stage open(
      Optional<String> server,
      int port,
      Consumer<News> news,
      LongSupplier nanos,
      ThreadFactory threads)
      throws StartException {
    Path folder;
    Watchdog watchdog;
    try {
      folder = Files.createTempDirectory("understudy-demo-");
      watchdog = Watchdog.start(folder);
    } catch (IOException e) {
      throw new StartException("cannot make a folder for the demo: " + e.getMessage(), e);
    }
    try {
      String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
      ServerProgram program = ServerProgram.find(server, path, folder);
      FreePorts ports = new FreePorts();
      List<DemoServer> servers = new ArrayList<>();
      for (int i = 0; i < SERVERS; i++) {
        Address address = new Address(LOOPBACK, ports.from(FIRST_SERVER_PORT));
        servers.add(
            new DemoServer(program, address, folder.resolve("server-" + address.port()), watchdog));
      }
      servers.getFirst().start(Optional.empty());
      for (DemoServer replica : servers.subList(1, SERVERS)) {
        replica.start(Optional.of(servers.getFirst().address()));
      }
      Configuration configuration =
          configuration(
              servers.stream().map(DemoServer::address).toList(),
              new Address(LOOPBACK, ports.from(port)),
              new Address(LOOPBACK, ports.from(Defaults.ADMIN_BIND.port())),
              folder.resolve("state"));
      Understudy understudy = Understudy.start(configuration, () -> configuration, news);
      return new Stage(program, servers, watchdog, understudy, configuration, nanos, threads);
    } catch (StartException | RuntimeException e) {
      watchdog.close();
      throw e;
    }
  }

  private static Configuration configuration(
      List<Address> nodes, Address listener, Address admin, Path state) {
    return new Configuration(
        List.of(new Configuration.Group(GROUP, nodes, Optional.empty())),
        new Configuration.Proxy(
            List.of(new Configuration.Listener(listener, GROUP, Defaults.READS)),
            Defaults.TRANSPORT,
            1,
            Defaults.MAX_CLIENTS,
            Defaults.IDLE_TIMEOUT,
            new Configuration.Hold(Defaults.HOLD_TIME, Defaults.HOLD_REQUESTS, Defaults.HOLD_BYTES),
            new Configuration.Memory(Defaults.CLIENT_BYTES, Defaults.TOTAL_BYTES),
            Defaults.DRAIN_TIME,
            Defaults.OBSERVING),
        new Configuration.Failover(
            Defaults.COORDINATOR,
            new Configuration.Detection(
                DOWN_AFTER,
                Defaults.REFUSALS,
                PING_EVERY,
                PING_EVERY.multipliedBy(Defaults.PINGS_PER_INFO),
                Defaults.TURN_EVERY),
            Defaults.MAX_LAG_BYTES,
            Defaults.MAX_LAG_TIME,
            Defaults.ON_CONFLICT,
            state),
        List.of(),
        new Configuration.Admin(admin),
        new Configuration.Log(Configuration.Level.ERROR, Configuration.Format.TEXT));
  }

  /**
   * Waits until Understudy has found the primary; gives up silently, since the screen tells why.
   */
  void awaitPrimary() {
    long deadlineNanos = nanos.getAsLong() + START_DEADLINE.toNanos();
    while (primary().isEmpty() && nanos.getAsLong() < deadlineNanos) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Lets the client write, for as long as the stage is open. */
  void startWriting() {
    writers = Optional.of(new Writers(address(), CONNECTIONS, WRITE_INTERVAL, log, nanos, threads));
  }

  /**
   * Changes the primary as planned, to the best replica; waits for the end.
   *
   * @param trial whether only to say what would be done
   */
  Operator.Result switchover(boolean trial) {
    return understudy
        .operator()
        .ask(
            GROUP,
            new Operator.Wanted(
                Operator.Change.SWITCHOVER,
                Optional.empty(),
                Duration.ZERO,
                "",
                Optional.empty(),
                false,
                trial));
  }

  /** Stops the client once its writes have answers. */
  void stopWriting() {
    writers.ifPresent(Writers::close);
    writers = Optional.empty();
  }

  /** Where clients connect. */
  Address address() {
    return configuration.proxy().listeners().getFirst().bind();
  }

  /** Where another terminal may ask for status. */
  Address admin() {
    return configuration.admin().bind();
  }

  /** Such as {@code Redis 7.0.15}. */
  String serverName() {
    return program.name();
  }

  List<DemoServer> servers() {
    return servers;
  }

  WriteLog log() {
    return log;
  }

  /** What Understudy says of the group. */
  GroupReport report() {
    return understudy.reports().getFirst();
  }

  /** The server that Understudy says is primary. */
  Optional<DemoServer> primary() {
    Optional<String> primary = report().primary();
    return servers.stream()
        .filter(server -> Optional.of(server.address().toString()).equals(primary))
        .findFirst();
  }

  @Override
  public void close() {
    stopWriting();
    understudy.close();
    watchdog.close();
  }
}
