package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Relay;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.topology.Verification;
import io.understudy.zookeeper.EmbeddedZookeeper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code whenCoordinatorLost: verify} with real processes: a keeper that serves clients, and a
 * proxy that follows it and reaches ZooKeeper by a way of its own.
 */
class CoordinatorLostTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** A machine that stands still for a second ends the replicas' word; then all is tried again. */
  private static final int MOST_TRIES = 10;

  private static final int SOME_WRITES = 10;
  private static final String LOST = "ZooKeeper is not there";
  private static final String GOES_ON = LOST + ", and requests go on";
  private static final String WAITS = LOST + ", and requests wait";

  /** More than a signal takes to arrive at a process of the same machine. */
  private static final long SIGNAL_NANOS = Duration.ofMillis(100).toNanos();

  @TempDir private Path folder;

  /** Everything that runs, but the programs. */
  private final class Stage implements AutoCloseable {
    final ReplicaSet servers = ReplicaSet.start(ServerVersion.usual(), 2);
    final Ports.Reserved zookeeperPort = Ports.reserve();
    final Outlet keeper = new Outlet();
    final Outlet follower = new Outlet();
    final Relay way = Relay.to(new Address("127.0.0.1", zookeeperPort.port()));
    private Optional<EmbeddedZookeeper> zookeeper = Optional.of(start());

    private EmbeddedZookeeper start() {
      try {
        return EmbeddedZookeeper.alone(
            new Address("127.0.0.1", zookeeperPort.port()), folder.resolve("zookeeper"));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    void startZookeeper() {
      zookeeper = Optional.of(start());
    }

    void stopZookeeper() {
      zookeeper.ifPresent(EmbeddedZookeeper::close);
      zookeeper = Optional.empty();
    }

    ProgramProcess runKeeper() throws IOException {
      String failover =
          "coordinator: zookeeper, keeper: { id: k1, members: [k1] }, whenCoordinatorLost: verify,"
              + " downAfter: 1s, ";
      return run("keeper", keeper, failover, zookeeperPort.port());
    }

    ProgramProcess runFollower() throws IOException {
      return run("follower", follower, "coordinator: follow, ", way.address().port());
    }

    private ProgramProcess run(String name, Outlet outlet, String failover, int zookeeperAt)
        throws IOException {
      String nodes =
          servers.nodes().stream()
              .map(node -> node.address().toString())
              .collect(Collectors.joining(", "));
      Files.writeString(
          folder.resolve(name + ".yaml"),
          """
          groups: [{ name: orders, nodes: [%s] }]
          proxy:
            listeners: [{ bind: "%s", group: orders }]
            hold: { time: 500ms }
          failover: { %szookeeper: { connect: "127.0.0.1:%d", session: 4s } }
          admin: { bind: "127.0.0.1:%d" }
          """
              .formatted(nodes, outlet.address(), failover, zookeeperAt, outlet.admin.port()));
      return ProgramProcess.start(folder, Map.of(), List.of("run", "-c", name + ".yaml"));
    }

    @Override
    public void close() {
      stopZookeeper();
      way.close();
      servers.close();
      zookeeperPort.close();
      keeper.close();
      follower.close();
    }
  }

  /** Where a program is asked. */
  private static final class Outlet implements AutoCloseable {
    private final Ports.Reserved port = Ports.reserve();
    private final Ports.Reserved admin = Ports.reserve();
    private final HttpClient http = HttpClient.newHttpClient();

    Address address() {
      return new Address("127.0.0.1", port.port());
    }

    boolean takes(String... command) throws IOException {
      try (RespConnection connection = RespConnection.open(address(), TIMEOUT)) {
        return !(connection.ask(command) instanceof Reply.Failure);
      }
    }

    String explain() throws IOException, InterruptedException {
      return get("/explain/orders");
    }

    /** What HAProxy is told. */
    String isWritable(RedisServer server) throws IOException, InterruptedException {
      return get("/cluster/orders/is-writable/" + server.address());
    }

    /** Whether it says so to whoever counts. */
    boolean isDoubtful() throws IOException, InterruptedException {
      return get("/metrics").contains("publication{group=\"orders\",state=\"doubtful\"} 1");
    }

    private String get(String path) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path))
              .header("Accept", "text/plain")
              .timeout(TIMEOUT)
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    boolean says(String words) throws IOException, InterruptedException {
      return explain().contains(words);
    }

    void awaitProven() {
      until(
          "all replicas are shown to follow",
          () -> says("if ZooKeeper is lost, requests go on") && takes("SET", "k", "v"));
    }

    @Override
    public void close() {
      http.close();
      port.close();
      admin.close();
    }
  }

  @Test
  void shouldGoOnWithoutZookeeperWhileAllReplicasFollow() throws Exception {
    try (var stage = new Stage();
        ProgramProcess keeper = stage.runKeeper();
        ProgramProcess follower = stage.runFollower()) {
      List<Outlet> outlets = List.of(stage.keeper, stage.follower);
      for (int tries = 1; !goOnWithout(stage, outlets); tries++) {
        assertThat(tries).as("%s%s", keeper.err(), follower.err()).isLessThan(MOST_TRIES);
        stage.startZookeeper();
      }

      stopAReplica(stage, outlets);

      stage.startZookeeper();
      outlets.forEach(Outlet::awaitProven);
      until(
          "it vouches again",
          () -> stage.keeper.isWritable(stage.servers.primary()).contains("\"true\""));
    }
  }

  private static void stopAReplica(Stage stage, List<Outlet> outlets) throws Exception {
    RedisServer replica = stage.servers.replica(1);
    try (var writes = new Writes(stage.follower.address())) {
      replica.stop();
      long lastNanos = System.nanoTime() + Verification.MAX_LEASE.toNanos() + SIGNAL_NANOS;
      for (Outlet each : outlets) {
        until("requests wait", () -> each.says(WAITS));
      }
      replica.resume();
      replica.awaitLinkUp();
      // What was proven without a gap since ZooKeeper was there does not begin again without it.
      for (Outlet each : outlets) {
        assertThat(each.takes("SET", "k", "v")).isFalse();
        assertThat(each.explain()).contains(WAITS);
        assertThat(each.isDoubtful()).isTrue();
        assertThat(each.isWritable(stage.servers.primary())).contains("\"false\"");
      }
      writes.end();
      assertThat(writes.acknowledged() == 0 || writes.sentNanos() - lastNanos < 0)
          .as("nothing was acknowledged that was sent when nobody believed in the primary")
          .isTrue();
    }
  }

  /** Whether writes are acknowledged by both, long after the last lease was over. */
  private static boolean goOnWithout(Stage stage, List<Outlet> outlets) throws Exception {
    outlets.forEach(Outlet::awaitProven);
    stage.stopZookeeper();
    boolean all = true;
    for (Outlet each : outlets) {
      until("it notices", () -> each.says(LOST));
      all &= each.says(GOES_ON) && each.takes("SET", "k", "v");
    }
    return all;
  }

  /**
   * The proxy is cut off from ZooKeeper and goes on; the primary stands still with a write in its
   * socket, and keepers make another one.
   */
  @Test
  void shouldAcknowledgeNothingOfADeadReign() throws Exception {
    try (var stage = new Stage();
        ProgramProcess keeper = stage.runKeeper();
        ProgramProcess follower = stage.runFollower()) {
      stage.follower.awaitProven();
      try (var writes = new Writes(stage.follower.address())) {
        for (int tries = 1; !goOnCutOff(stage, writes); tries++) {
          assertThat(tries).as("%s%s", keeper.err(), follower.err()).isLessThan(MOST_TRIES);
          stage.way.accept();
        }
        replaceThePrimary(stage, writes);
      }
      stage.way.accept();
      stage.follower.awaitProven();
    }
  }

  private static void replaceThePrimary(Stage stage, Writes writes) throws Exception {
    RedisServer old = stage.servers.primary();
    old.stop();
    until(
        "another is primary",
        () ->
            stage.servers.replicas().stream().anyMatch(each -> each.info("role").equals("master"))
                && stage.keeper.takes("SET", "k", "v"));
    long successorNanos = System.nanoTime();
    old.resume();
    until("the old one is a replica", () -> old.info("role").equals("slave"));
    until("the proxy waits", () -> stage.follower.says(WAITS));
    assertThat(stage.follower.takes("SET", "k", "v")).isFalse();
    writes.end();
    assertThat(writes.answeredNanos() - successorNanos)
        .as("when the last was acknowledged that the old one took, after the first of the new one")
        .isNegative();
  }

  private static boolean goOnCutOff(Stage stage, Writes writes) {
    stage.keeper.awaitProven();
    stage.follower.awaitProven();
    stage.way.refuse();
    until("it notices", () -> stage.follower.says(LOST));
    int before = writes.acknowledged();
    until(
        "it writes, or waits",
        () -> writes.acknowledged() > before + SOME_WRITES || stage.follower.says(WAITS));
    return writes.acknowledged() > before + SOME_WRITES;
  }

  private static void until(String what, Callable<Boolean> condition) {
    await().alias(what).atMost(DEADLINE).ignoreExceptions().until(condition);
  }

  /** A client that writes one key after the other, and knows which were acknowledged. */
  private static final class Writes implements AutoCloseable {
    private final Address address;
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);
    private volatile boolean ending;

    // Written by the thread alone.
    private volatile int acknowledged;
    private volatile long sentNanos;
    private volatile long answeredNanos;

    Writes(Address address) {
      this.address = address;
      thread.start();
    }

    private void run() {
      for (int number = 0; !ending; number++) {
        try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
          for (; !ending; number++) {
            long nowNanos = System.nanoTime();
            Reply reply = connection.ask("SET", "write:" + number, "v");
            if (reply.equals(new Reply.Text("OK"))) {
              answeredNanos = System.nanoTime();
              sentNanos = nowNanos;
              acknowledged = number + 1;
            }
          }
        } catch (IOException e) {
          // Whoever does not answer is asked again, on another connection.
        }
      }
    }

    /** A number that grows with each that was acknowledged. */
    int acknowledged() {
      return acknowledged;
    }

    /** When the last was sent that was acknowledged. */
    long sentNanos() {
      return sentNanos;
    }

    /** When the last was acknowledged. */
    long answeredNanos() {
      return answeredNanos;
    }

    /** Waits for the last answer. */
    void end() throws InterruptedException {
      ending = true;
      thread.join();
    }

    @Override
    public void close() {
      ending = true;
    }
  }
}
