package io.understudy.bench.chaos;

import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Three Redis Sentinels, tuned to be quick, and clients that ask them who is primary when they
 * connect, and again and again while they are connected.
 */
final class SentinelSubject implements Subject {
  private static final int PORT = 26379;
  private static final String GROUP = "chaos";
  private static final Duration DEADLINE = Duration.ofMillis(500);

  private final List<Daemon> sentinels = new ArrayList<>();

  /** Writes the configurations. */
  SentinelSubject(Path work, String server) throws IOException {
    for (Host host : Host.KEEPERS) {
      Path folder = Files.createDirectories(work.resolve(host.name()));
      Path file = folder.resolve("sentinel.conf");
      Files.writeString(
          file,
          """
          port %1$d
          bind 0.0.0.0
          protected-mode no
          dir %2$s
          sentinel monitor %3$s %4$s %5$d 2
          sentinel down-after-milliseconds %3$s %6$d
          sentinel failover-timeout %3$s 5000
          """
              .formatted(
                  PORT,
                  folder,
                  GROUP,
                  Host.NODES.getFirst().ip(),
                  Nodes.PORT,
                  UnderstudySubject.DOWN_AFTER.toMillis()));
      sentinels.add(
          new Daemon(
              host,
              List.of(server, file.toString(), "--sentinel"),
              List.of(),
              folder,
              work.resolve(host.name() + ".log")));
    }
  }

  @Override
  public void start() throws IOException {
    for (Daemon sentinel : sentinels) {
      sentinel.start();
    }
  }

  @Override
  public List<Daemon> keepers() {
    return sentinels;
  }

  @Override
  public List<Daemon> zookeepers() {
    return List.of();
  }

  @Override
  public Optional<Daemon> leader() {
    return Optional.empty();
  }

  @Override
  public Optional<Daemon> zookeeperLeader() {
    return Optional.empty();
  }

  @Override
  public Optional<String> flaw() {
    List<String> named = new ArrayList<>();
    for (Daemon sentinel : sentinels) {
      try (RespClient client = ask(sentinel.host(), Host.OVERSEER)) {
        Named found = named(client);
        if (found.others() < Host.KEEPERS.size() - 1) {
          return Optional.of(sentinel + " knows " + found.others() + " other Sentinels");
        }
        named.add(found.ip());
      } catch (IOException e) {
        return Optional.of(sentinel + " does not answer");
      }
    }
    return named.stream().distinct().count() == 1
        ? Optional.empty()
        : Optional.of("the Sentinels name " + named);
  }

  @Override
  public void acknowledge() {
    // It has no such order.
  }

  @Override
  public void switchover() {
    try (RespClient sentinel = ask(Host.KEEPERS.getFirst(), Host.OVERSEER)) {
      sentinel.call("SENTINEL", "FAILOVER", GROUP);
    } catch (IOException e) {
      // It is dead or cut off by another fault: nobody is asked.
      return;
    }
  }

  @Override
  public String explanation() {
    return "";
  }

  @Override
  public boolean decideAsOperator(Host best) {
    return false;
  }

  private static RespClient ask(Host sentinel, Host from) throws IOException {
    return new RespClient(new Address(sentinel.ip(), PORT), from.ip(), DEADLINE, DEADLINE);
  }

  /** What a Sentinel says of the primary. */
  private record Named(String ip, long reign, int others) {}

  private static Named named(RespClient sentinel) throws IOException {
    if (!(sentinel.call("SENTINEL", "MASTER", GROUP) instanceof Reply.Items(List<Reply> fields))) {
      throw new IOException("a Sentinel does not know the group");
    }
    String ip = "";
    long reign = 0;
    int others = 0;
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String value = fields.get(i + 1).text();
      switch (fields.get(i).text()) {
        case "ip" -> ip = value;
        case "config-epoch" -> reign = Long.parseLong(value);
        case "num-other-sentinels" -> others = Integer.parseInt(value);
        default -> {}
      }
    }
    return new Named(ip, reign, others);
  }

  @Override
  public Connected connect(int home, int attempt) throws IOException {
    Host client = Host.CLIENTS.get(home);
    Named found;
    try (RespClient sentinel =
        ask(Host.KEEPERS.get((home + attempt) % Host.KEEPERS.size()), client)) {
      found = named(sentinel);
    }
    RespClient connected =
        new RespClient(
            new Address(found.ip(), Nodes.PORT), client.ip(), DEADLINE, Writers.REPLY_DEADLINE);
    try {
      if (!(connected.call("ROLE") instanceof Reply.Items(List<Reply> role))
          || !role.getFirst().text().equals("master")) {
        throw new IOException("the server that a Sentinel named is no primary");
      }
    } catch (IOException e) {
      connected.close();
      throw e;
    }
    return new Connected(connected, found.reign());
  }

  /** Whether a Sentinel that a client reaches names a later reign than the one it uses. */
  boolean isDeposed(int home, long reign) {
    return IntStream.range(0, Host.KEEPERS.size())
        .mapToObj(i -> Host.KEEPERS.get((home + i) % Host.KEEPERS.size()))
        .flatMap(sentinel -> said(sentinel, Host.CLIENTS.get(home)).stream())
        .findFirst()
        .filter(named -> named.reign() > reign)
        .isPresent();
  }

  private static Optional<Named> said(Host sentinel, Host client) {
    try (RespClient asked = ask(sentinel, client)) {
      return Optional.of(named(asked));
    } catch (IOException e) {
      return Optional.empty(); // the next one may answer
    }
  }
}
