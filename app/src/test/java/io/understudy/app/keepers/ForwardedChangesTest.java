package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import io.understudy.zookeeper.EmbeddedZookeeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three keepers, each a process with a token of its own: any of them may be asked for a change. */
class ForwardedChangesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final List<String> IDS = List.of("k1", "k2", "k3");

  @TempDir private Path folder;

  private record Member(String id, Path folder, ProgramProcess process) {}

  @Test
  void shouldDoWhateverKeeperIsAsked() throws Exception {
    List<Ports.Reserved> ports = new ArrayList<>();
    List<Member> members = new ArrayList<>();
    try (ReplicaSet servers = ReplicaSet.start(ServerVersion.usual(), 2);
        Ports.Reserved zookeeperPort = Ports.reserve();
        var _ =
            EmbeddedZookeeper.alone(
                new Address("127.0.0.1", zookeeperPort.port()), folder.resolve("zookeeper"))) {
      for (String id : IDS) {
        Ports.Reserved admin = Ports.reserve();
        ports.add(admin);
        members.add(start(id, servers, zookeeperPort.port(), admin.port()));
      }
      for (Member each : members) {
        await()
            .atMost(DEADLINE)
            .until(
                () -> ask(each, "status").out().contains("primary " + address(servers.primary())));
      }

      for (Member each : members) {
        String before = primary(each);
        // Who acts for the group must have seen that its replicas follow.
        await()
            .atMost(DEADLINE)
            .until(
                () -> {
                  var dry = ask(each, "switchover", "orders", "--dry-run");
                  return dry.out().contains("promote ") && dry.exitCode() == 0;
                });
        assertThat(primary(each)).isEqualTo(before);
      }
      // One of the three acts for the group; whoever is asked, it is done.
      for (Member each : members) {
        var paused =
            ask(each, "pause", "orders", "--seconds", "60", "--why", "asked of " + each.id());
        assertThat(paused.exitCode()).as(each.id() + ": " + paused).isZero();
        assertThat(ask(each, "resume", "orders").exitCode()).isZero();
      }
      for (Member each : members) {
        switchOver(each, servers);
      }
      Member first = members.getFirst();
      assertThat(ask(first, "history", "orders").out())
          .contains(IDS.stream().map(id -> "the admin port of keeper " + id).toList());

      // A token of one keeper is none for another.
      var stranger =
          ProgramProcess.start(
              folder,
              Map.of("UNDERSTUDY_TOKEN", "0123"),
              List.of("pause", "orders", "-a", "127.0.0.1:" + ports.getFirst().port()));
      assertThat(stranger.await().exitCode()).isEqualTo(2);
    } finally {
      members.forEach(m -> m.process().close());
      ports.forEach(Ports.Reserved::close);
    }
  }

  /** Asked again when it was called off, as it is when this machine has no time for it. */
  private static void switchOver(Member asked, ReplicaSet servers) {
    String before = primary(asked);
    String target =
        servers.nodes().stream()
            .map(ForwardedChangesTest::address)
            .filter(a -> !a.equals(before))
            .findFirst()
            .orElseThrow();
    await()
        .atMost(DEADLINE)
        .until(
            () -> {
              var ended = ask(asked, "switchover", "orders", "--to", target);
              return ended.out().contains(target + " is primary");
            });
  }

  private static String primary(Member member) {
    return ask(member, "status")
        .out()
        .lines()
        .filter(line -> line.contains("primary "))
        .map(line -> line.replaceAll(".*primary (\\S+).*", "$1"))
        .findFirst()
        .orElseThrow();
  }

  private static String address(RedisServer server) {
    return server.address().toString();
  }

  private static ProgramProcess.Ended ask(Member member, String... words) {
    List<String> command = new ArrayList<>(List.of(words));
    command.addAll(List.of("-c", "understudy.yaml"));
    try {
      return ProgramProcess.run(member.folder(), command.toArray(String[]::new));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Member start(String id, ReplicaSet servers, int zookeeper, int admin) throws IOException {
    Path own = Files.createDirectories(folder.resolve(id));
    String nodes =
        servers.nodes().stream()
            .map(s -> "\"" + address(s) + "\"")
            .collect(Collectors.joining(","));
    Files.writeString(
        own.resolve("understudy.yaml"),
        """
        groups:
          - { name: orders, nodes: [%s] }
        failover:
          coordinator: zookeeper
          keeper: { id: %s, members: [k1, k2, k3] }
          zookeeper: { connect: "127.0.0.1:%d" }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(nodes, id, zookeeper, admin));
    return new Member(id, own, ProgramProcess.start(own, Map.of(), List.of("run")));
  }
}
