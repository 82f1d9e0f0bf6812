package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Eventually;
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

/** Three keepers, and a proxy that only follows, which are told of other groups one by one. */
class KeepersReloadTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final List<String> KEEPERS = List.of("k1", "k2", "k3");

  @TempDir private Path folder;
  private final List<Member> members = new ArrayList<>();

  /** A process with its own file, and the ports of its listeners, if it has one. */
  private final class Member implements AutoCloseable {
    private final String id;
    private final boolean keeps;
    private final int zookeeper;
    private final Path own;
    private final Ports.Reserved admin = Ports.reserve();
    private final Ports.Reserved orders = Ports.reserve();
    private final Ports.Reserved carts = Ports.reserve();
    private final ProgramProcess process;

    Member(String id, boolean keeps, int zookeeper, String groups) throws IOException {
      this.id = id;
      this.keeps = keeps;
      this.zookeeper = zookeeper;
      this.own = Files.createDirectories(folder.resolve(id));
      write(groups, false);
      process = ProgramProcess.start(own, Map.of(), List.of("run"));
      members.add(this);
    }

    void write(String groups, boolean withCarts) throws IOException {
      String more = withCarts ? ", { bind: \"" + at(carts) + "\", group: carts }" : "";
      Files.writeString(
          own.resolve("understudy.yaml"),
          """
          groups: [%s]
          proxy: { drain: 1s, hold: { time: 60s }, listeners: [{ bind: "%s", group: orders }%s] }
          failover:
            coordinator: %s
            zookeeper: { connect: "127.0.0.1:%d" }
            downAfter: 1s
          %s
          admin: { bind: "%s" }
          """
              .formatted(
                  groups,
                  at(orders),
                  more,
                  keeps ? "zookeeper" : "follow",
                  zookeeper,
                  keeps ? "  keeper: { id: " + id + ", members: [k1, k2, k3] }" : "",
                  at(admin)));
    }

    String reload() throws Exception {
      return ask("reload");
    }

    String ask(String... words) throws Exception {
      List<String> command = new ArrayList<>(List.of(words));
      command.addAll(List.of("-c", "understudy.yaml"));
      ProgramProcess.Ended ended = ProgramProcess.run(own, command.toArray(String[]::new));
      assertThat(ended.err()).isEmpty();
      return ended.out();
    }

    @Override
    public void close() {
      process.close();
      admin.close();
      orders.close();
      carts.close();
    }
  }

  private static Address at(Ports.Reserved port) {
    return new Address("127.0.0.1", port.port());
  }

  private static String group(String name, ReplicaSet servers) {
    return "{ name: "
        + name
        + ", nodes: ["
        + servers.nodes().stream()
            .map(server -> "\"" + server.address() + "\"")
            .collect(Collectors.joining(", "))
        + "] }";
  }

  private static boolean sets(Ports.Reserved port) {
    try (RespConnection connection = RespConnection.open(at(port), TIMEOUT)) {
      return connection.ask("SET", "k", "v").equals(new Reply.Text("OK"));
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldTakeGroupsInAndLetThemGoOneKeeperAfterTheOther() throws Exception {
    try (ReplicaSet orders = ReplicaSet.start(ServerVersion.usual(), 1);
        ReplicaSet carts = ReplicaSet.start(ServerVersion.usual(), 1);
        Ports.Reserved zookeeper = Ports.reserve();
        var _ = EmbeddedZookeeper.alone(at(zookeeper), folder.resolve("zookeeper"))) {
      String one = group("orders", orders);
      for (String id : KEEPERS) {
        var _ = new Member(id, true, zookeeper.port(), one);
      }
      var _ = new Member("proxy", false, zookeeper.port(), one);
      List<RespConnection> open = new ArrayList<>();
      for (Member each : members) {
        Eventually.holds(each.id + " serves", () -> sets(each.orders));
        open.add(RespConnection.open(at(each.orders), TIMEOUT));
      }

      for (Member each : members) {
        each.write(one + ", " + group("carts", carts), true);
        String done = each.reload();
        assertThat(done).contains("group carts is looked after from now on").contains("is open");
        if (each.keeps) {
          assertThat(done).contains("when a majority of the keepers is told the same");
        }
        // Whoever is told or not told yet: the group that was there before is looked after.
        assertThat(sets(each.orders)).isTrue();
      }
      for (Member each : members) {
        Eventually.holds(each.id + " serves the new group", () -> sets(each.carts));
      }
      carts.awaitInSync();
      carts.primary().kill9();
      for (Member each : members) {
        Eventually.holds(each.id + " follows to its next primary", () -> sets(each.carts));
      }
      assertThat(carts.replica(0).info("role")).isEqualTo("master");

      for (Member each : members) {
        each.write(one, false);
        assertThat(each.reload()).contains("carts is looked after until its clients are gone");
        Eventually.holds(
            each.id + " lets go of it",
            () -> each.process.err().contains("carts: is looked after no more"));
      }
      orders.awaitInSync();
      orders.primary().kill9();
      // It is the same connection of each; a write may have been on its way to the dead one.
      for (RespConnection connection : open) {
        Reply first = connection.ask("SET", "k", "after");
        boolean unknown = first.toString().contains("UNKNOWNOUTCOME");
        assertThat(unknown ? connection.ask("SET", "k", "after") : first)
            .isEqualTo(new Reply.Text("OK"));
        connection.close();
      }
      assertThat(orders.replica(0).command("GET", "k")).isEqualTo("after");
      for (Member each : members) {
        assertThat(each.process.err()).doesNotContain("Exception");
      }
    } finally {
      members.forEach(Member::close);
    }
  }

  @Test
  void shouldTakeTheFilesWordForANodeThatWasAdded() throws Exception {
    try (ReplicaSet orders = ReplicaSet.start(ServerVersion.usual(), 1);
        RedisServer added = RedisServer.start(ServerVersion.usual());
        Ports.Reserved zookeeper = Ports.reserve();
        var _ = EmbeddedZookeeper.alone(at(zookeeper), folder.resolve("zookeeper"))) {
      String one = group("orders", orders);
      for (String id : KEEPERS) {
        var _ = new Member(id, true, zookeeper.port(), one);
      }
      Member first = members.getFirst();
      Eventually.holds("it serves", () -> sets(first.orders));
      assertThat(first.ask("add-node", "orders", added.address().toString())).isNotEmpty();
      Eventually.holds("it is a replica", () -> added.info("role").equals("slave"));
      added.awaitLinkUp();
      for (Member each : members) {
        Eventually.holds(
            each.id + " knows of it", () -> each.ask("status").contains("the file does not have"));
      }
      String more = one.replace("] }", ", \"" + added.address() + "\"] }");
      for (Member each : members) {
        each.write(more, false);
        assertThat(each.reload())
            .contains("group orders has the nodes that the file names, as commands made it");
      }
      Eventually.holds(
          "the file has it", () -> !first.ask("status").contains("the file does not have it"));
      assertThat(sets(first.orders)).isTrue();
    } finally {
      members.forEach(Member::close);
    }
  }
}
