package io.understudy.bench.outage;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.CpuSample;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Three servers of one version, three keepers with a proxy each, and a ZooKeeper. */
final class Stand implements AutoCloseable {
  private static final List<String> KEEPERS = List.of("k1", "k2", "k3");
  private static final String GROUP = "orders";
  private static final String DOWN_AFTER = "1s";
  private static final int REPLICAS = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int OK = 200;

  private final List<String> program;
  private final Children children;
  private final ReplicaSet servers;
  private final List<Address> proxies = new ArrayList<>();
  private final List<Integer> admins = new ArrayList<>();
  private final List<Process> keepers = new ArrayList<>();
  private String said = "";

  private Stand(List<String> program, Children children, ReplicaSet servers) {
    this.program = program;
    this.children = children;
    this.servers = servers;
  }

  /**
   * Starts everything, and waits until all proxies serve.
   *
   * @param program the words that run Understudy
   */
  static Stand start(ServerVersion version, List<String> program) throws IOException {
    Stand stand =
        new Stand(program, Children.inTemporaryDirectory(), ReplicaSet.start(version, REPLICAS));
    try {
      stand.startAll();
      return stand;
    } catch (IOException | RuntimeException | AssertionError e) {
      stand.close();
      throw e;
    }
  }

  private void startAll() throws IOException {
    int zookeeper = Children.freePort();
    var _ = start("zookeeper", "zookeeper", "--bind", "127.0.0.1:" + zookeeper, "--data", "data");
    for (String id : KEEPERS) {
      int proxy = Children.freePort();
      int admin = Children.freePort();
      proxies.add(new Address("127.0.0.1", proxy));
      admins.add(admin);
      Path folder = Files.createDirectories(children.directory().resolve(id));
      Path file =
          Files.writeString(
              folder.resolve("understudy.yaml"), configuration(id, zookeeper, proxy, admin));
      keepers.add(start(id, "run", "-c", file.toString()));
    }
    for (int i = 0; i < KEEPERS.size(); i++) {
      children.awaitServing(KEEPERS.get(i), keepers.get(i), proxies.get(i).port(), PATIENCE);
    }
  }

  private String configuration(String id, int zookeeper, int proxy, int admin) {
    return """
    groups:
      - { name: %s, nodes: [%s] }
    proxy: { listeners: [{ bind: "127.0.0.1:%d", group: %s }] }
    failover:
      coordinator: zookeeper
      downAfter: %s
      keeper: { id: %s, members: [%s] }
      zookeeper: { connect: "127.0.0.1:%d" }
    admin: { bind: "127.0.0.1:%d" }
    """
        .formatted(
            GROUP,
            servers.nodes().stream()
                .map(server -> "\"" + server.address() + "\"")
                .collect(Collectors.joining(", ")),
            proxy,
            GROUP,
            DOWN_AFTER,
            id,
            String.join(", ", KEEPERS),
            zookeeper,
            admin);
  }

  private Process start(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    return children.start(name, command);
  }

  /** What the keepers have used so far, and how much of it their compilers. */
  List<CpuSample> used() throws IOException {
    List<CpuSample> all = new ArrayList<>();
    for (Process each : keepers) {
      all.add(CpuSample.of(each.pid()));
    }
    return all;
  }

  /** One of each keeper. */
  List<Address> proxies() {
    return proxies;
  }

  /** Who is primary, by the servers' own word. */
  RedisServer primary() throws IOException {
    List<RedisServer> primaries =
        servers.nodes().stream()
            .filter(RedisServer::isRunning)
            .filter(server -> server.info("role").equals("master"))
            .toList();
    if (primaries.size() != 1) {
      throw new IOException("primary is not one server alone: " + primaries);
    }
    return primaries.getFirst();
  }

  /** Whether one is primary, and the others have all that it has but what is on its way. */
  boolean isWhole() throws IOException {
    RedisServer primary = primary();
    return servers.nodes().stream()
        .filter(server -> server != primary)
        .allMatch(
            server ->
                server.isRunning()
                    && server.info("master_link_status").equals("up")
                    && server.info("master_port").equals(port(primary)));
  }

  private static String port(RedisServer server) {
    return Integer.toString(server.address().port());
  }

  /** How many whole copies of their data the servers have sent since they started. */
  long fullResyncs() {
    return servers.nodes().stream().mapToLong(s -> Long.parseLong(s.info("sync_full"))).sum();
  }

  /**
   * Asks a keeper for something; it hands that on to the one that acts.
   *
   * @return whether it was accepted
   * @throws IOException when there is no answer
   */
  boolean ask(String what) throws IOException {
    Path token =
        children.directory().resolve(KEEPERS.getFirst()).resolve("understudy-state/admin-token");
    var connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + admins.getFirst() + "/" + what + "/" + GROUP)
                .toURL()
                .openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(TIMEOUT_MILLIS);
    connection.setRequestMethod("POST");
    connection.setRequestProperty("Authorization", "Bearer " + Files.readString(token).strip());
    int code = connection.getResponseCode();
    try (InputStream body =
        code == OK ? connection.getInputStream() : connection.getErrorStream()) {
      said = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
    return code == OK;
  }

  /** What the keeper answered last. */
  String said() {
    return said;
  }

  @Override
  public void close() {
    children.close();
    servers.close();
  }
}
