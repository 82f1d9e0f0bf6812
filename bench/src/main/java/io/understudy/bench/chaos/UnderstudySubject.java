package io.understudy.bench.chaos;

import io.understudy.testkit.RespClient;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Three keepers with a proxy each, and an ensemble of three ZooKeepers. A client begins at the
 * proxy that stands beside it, and goes on to the next one when its connection fails.
 */
final class UnderstudySubject implements Subject {
  static final Duration DOWN_AFTER = Duration.ofSeconds(1);
  private static final int ZOOKEEPER_PORT = 2181;
  private static final int PROXY_PORT = 6379;
  private static final Duration CONNECT_DEADLINE = Duration.ofMillis(500);

  private final List<String> program;
  private final List<Daemon> keepers = new ArrayList<>();
  private final List<Daemon> zookeepers = new ArrayList<>();

  /**
   * Writes the configurations.
   *
   * @param program the words that run understudy
   * @param durability how many replicas must have a write before it is acknowledged; 0 for none
   * @param verify whether proxies may go on without ZooKeeper
   */
  UnderstudySubject(Path work, List<String> program, int durability, boolean verify)
      throws IOException {
    this.program = program;
    String ensemble =
        Host.ZOOKEEPERS.stream()
            .map(h -> h.ip() + ":" + ZOOKEEPER_PORT)
            .collect(Collectors.joining(","));
    for (int i = 0; i < Host.ZOOKEEPERS.size(); i++) {
      Host host = Host.ZOOKEEPERS.get(i);
      zookeepers.add(
          daemon(
              work,
              host,
              program,
              List.of(
                  "zookeeper",
                  "--ensemble",
                  ensemble,
                  "--id",
                  Integer.toString(i + 1),
                  "--data",
                  "data")));
    }
    String nodes =
        Host.NODES.stream().map(h -> h.ip() + ":" + Nodes.PORT).collect(Collectors.joining(", "));
    String members = Host.KEEPERS.stream().map(Host::name).collect(Collectors.joining(", "));
    for (Host host : Host.KEEPERS) {
      Daemon keeper = daemon(work, host, program, List.of("run", "-c", "understudy.yaml"));
      Files.writeString(
          keeper.folder().resolve("understudy.yaml"),
          """
          groups:
            - name: chaos
              nodes: [%s]
          %sproxy:
            listeners:
              - { bind: "%s:%d", group: chaos }
          failover:
            coordinator: zookeeper
            whenCoordinatorLost: %s
            downAfter: %dms
            keeper: { id: %s, members: [%s] }
            zookeeper: { connect: "%s" }
          """
              .formatted(
                  nodes,
                  durability == 0 ? "" : "    durability: { replicas: " + durability + " }\n",
                  host.ip(),
                  PROXY_PORT,
                  verify ? "verify" : "freeze",
                  DOWN_AFTER.toMillis(),
                  host.name(),
                  members,
                  ensemble));
      keepers.add(keeper);
    }
  }

  private static Daemon daemon(Path work, Host host, List<String> program, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(arguments);
    Path folder = Files.createDirectories(work.resolve(host.name()));
    return new Daemon(host, command, List.of(), folder, work.resolve(host.name() + ".log"));
  }

  @Override
  public void start() throws IOException {
    for (Daemon daemon : zookeepers) {
      daemon.start();
    }
    for (Daemon daemon : keepers) {
      daemon.start();
    }
  }

  @Override
  public List<Daemon> keepers() {
    return keepers;
  }

  @Override
  public List<Daemon> zookeepers() {
    return zookeepers;
  }

  @Override
  public Optional<Daemon> leader() {
    return keepers.stream()
        .filter(
            k -> {
              String status = status(k);
              return status.contains("\"rule\"") && !status.contains("\"not-my-turn\"");
            })
        .findFirst();
  }

  @Override
  public String explanation() {
    return leader()
        .map(
            k ->
                status(k)
                    .lines()
                    .map(String::strip)
                    .filter(l -> l.startsWith("\"rule\"") || l.startsWith("\"reason\""))
                    .collect(Collectors.joining(" ")))
        .orElse("");
  }

  @Override
  public boolean decideAsOperator(Host best) throws IOException {
    Optional<Daemon> leader = leader();
    if (leader.isEmpty() || !explanation().contains("stays without a primary")) {
      return false;
    }
    operate(leader.get(), "failover chaos --to " + best.ip() + ":" + Nodes.PORT + " --force");
    return true;
  }

  @Override
  public void switchover() {
    try {
      operate(leader().orElse(keepers.getFirst()), "switchover chaos");
    } catch (IOException e) {
      // Refused, because another fault is under way: nothing has changed.
      return;
    }
  }

  @Override
  public void acknowledge() {
    try {
      operate(leader().orElse(keepers.getFirst()), "acknowledge chaos");
    } catch (IOException e) {
      // Refused, because there was no failover lately: there is nothing to grow wary of.
      return;
    }
  }

  /** Runs the program's own command where its keeper is. */
  private void operate(Daemon keeper, String command) throws IOException {
    String words = String.join(" ", program) + " " + command + " -c understudy.yaml";
    Shell.run(
        "ip",
        "netns",
        "exec",
        keeper.host().name(),
        "sh",
        "-c",
        "cd " + keeper.folder() + " && " + words);
  }

  private static String status(Daemon keeper) {
    return asked(
        keeper.host(), "127.0.0.1 8000", "GET /status HTTP/1.0\\r\\n\\r\\n", CONNECT_DEADLINE);
  }

  /** What a port on a machine answers to a text; empty when it does not. */
  private static String asked(Host host, String place, String text, Duration deadline) {
    String path = place.replace(' ', '/');
    try {
      return Shell.run(
          "timeout",
          Double.toString(deadline.toMillis() / 1000.0),
          "ip",
          "netns",
          "exec",
          host.name(),
          "bash",
          "-c",
          "exec 3<>/dev/tcp/" + path + "; printf '" + text + "' >&3; cat <&3");
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public Optional<Daemon> zookeeperLeader() {
    return zookeepers.stream()
        .filter(
            z ->
                asked(z.host(), z.host().ip() + " " + ZOOKEEPER_PORT, "srvr", CONNECT_DEADLINE)
                    .contains("Mode: leader"))
        .findFirst();
  }

  @Override
  public Optional<String> flaw() {
    for (Daemon keeper : keepers) {
      if (!keeper.isAlive()) {
        return Optional.of(keeper + " has ended; it said last: " + lastWords(keeper));
      }
    }
    if (leader().isEmpty()) {
      return Optional.of("no keeper acts for the group");
    }
    for (Host host : Host.KEEPERS) {
      try (RespClient client =
          new RespClient(
              new Address(host.ip(), PROXY_PORT),
              Host.OVERSEER.ip(),
              CONNECT_DEADLINE,
              CONNECT_DEADLINE)) {
        client.call("SET", "probe", host.name()).text();
      } catch (IOException | AssertionError e) {
        return Optional.of("the proxy of " + host.name() + " takes no write: " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static String lastWords(Daemon keeper) {
    try {
      return keeper.lastWords();
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public Connected connect(int home, int attempt) throws IOException {
    Host proxy = Host.KEEPERS.get((home + attempt) % Host.KEEPERS.size());
    return new Connected(
        new RespClient(
            new Address(proxy.ip(), PROXY_PORT),
            Host.CLIENTS.get(home).ip(),
            CONNECT_DEADLINE,
            Writers.REPLY_DEADLINE),
        -1);
  }
}
