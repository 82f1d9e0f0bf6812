package io.understudy.app.cli;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reload that changes how groups are looked after, while clients stay connected. */
class ReloadKeepingTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final Ports.Reserved port = Ports.reserve();
  private final Ports.Reserved admin = Ports.reserve();
  private final Address address = new Address("127.0.0.1", port.port());

  @AfterEach
  void end() {
    port.close();
    admin.close();
  }

  private void write(String group, String failover, String more) throws IOException {
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups: [{ name: orders, %s }]
        proxy: { listeners: [{ bind: "%s", group: orders }], hold: { time: 60s } }
        failover: { %s }
        admin: { bind: "127.0.0.1:%d" }
        %s
        """
            .formatted(group, address, failover, admin.port(), more));
  }

  private ProgramProcess run() throws IOException {
    return ProgramProcess.start(folder, Map.of(), List.of("run"));
  }

  private String reload() throws Exception {
    ProgramProcess.Ended ended = ProgramProcess.run(folder, "reload", "-c", "understudy.yaml");
    assertThat(ended.err()).isEmpty();
    assertThat(ended.exitCode()).isZero();
    return ended.out();
  }

  private String explained() throws Exception {
    return ProgramProcess.run(folder, "explain", "orders", "-c", "understudy.yaml").out();
  }

  private Reply set(String key) throws IOException {
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      return connection.ask("SET", key, "v");
    }
  }

  private void awaitService() {
    Eventually.holds("it serves", () -> set("k").equals(new Reply.Text("OK")));
  }

  @Test
  void shouldPromoteByThePrioritiesOfNow() throws Exception {
    try (ReplicaSet servers = ReplicaSet.start(ServerVersion.usual(), 1)) {
      Address first = servers.primary().address();
      Address second = servers.replica(0).address();
      write(
          "nodes: [" + first + ", { address: " + second + ", priority: never }]",
          "downAfter: 1s",
          "");
      try (ProgramProcess program = run()) {
        awaitService();
        try (RespConnection open = RespConnection.open(address, TIMEOUT)) {
          assertThat(open.ask("SET", "a", "1")).isEqualTo(new Reply.Text("OK"));
          // A replica that was sent nothing yet is never promoted.
          servers.awaitInSync();
          servers.primary().kill9();
          open.send("SET", "a", "2");
          Eventually.holds("nobody may be promoted", () -> explained().contains("priority: never"));
          assertThat(servers.replica(0).info("role")).isEqualTo("slave");

          write("nodes: [" + first + ", " + second + "]", "downAfter: 1s", "");
          ProgramProcess.Ended trial =
              ProgramProcess.run(folder, "reload", "--dry-run", "-c", "understudy.yaml");
          assertThat(trial.out())
              .isEqualTo("zones and priorities of group orders hold from now on\n");
          assertThat(servers.replica(0).info("role")).isEqualTo("slave");
          assertThat(reload()).isEqualTo(trial.out());
          Eventually.holds(
              "it is promoted", () -> servers.replica(0).info("role").equals("master"));
          // It is the same connection, and what waited is done.
          assertThat(open.read()).isEqualTo(new Reply.Text("OK"));
          assertThat(servers.replica(0).command("GET", "a")).isEqualTo("2");
        }
        assertThat(program.err()).doesNotContain("Exception");
      }
    }
  }

  @Test
  void shouldCallTheHooksOfNow() throws Exception {
    try (ReplicaSet servers = ReplicaSet.start(ServerVersion.usual(), 1)) {
      String replica = servers.replica(0).address().toString();
      String nodes = "nodes: [" + servers.primary().address() + ", " + replica + "]";
      String[] remove = {"remove-node", "orders", replica, "-c", "understudy.yaml"};
      write(nodes, "downAfter: 10s", "");
      try (ProgramProcess program = run()) {
        awaitService();
        write(
            nodes,
            "downAfter: 10s",
            "hooks: [{ at: [before-remove], run: [/bin/sh, -c, 'echo not today; exit 1'], veto:"
                + " true }]");
        assertThat(reload()).isEqualTo("the hooks are those of the file from now on\n");
        ProgramProcess.Ended refused = ProgramProcess.run(folder, remove);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).contains("objects: not today");

        Path told = folder.resolve("told");
        write(
            nodes,
            "downAfter: 10s",
            "hooks: [{ at: [after-remove], run: [/usr/bin/touch, " + told + "] }]");
        assertThat(reload()).isEqualTo("the hooks are those of the file from now on\n");
        Eventually.holds("it may go", () -> ProgramProcess.run(folder, remove).exitCode() == 0);
        Eventually.holds("the hook of now was called", () -> Files.exists(told));
        assertThat(program.err()).doesNotContain("Exception");
      }
    }
  }

  @Test
  void shouldFollowDurabilityStandbysAndTimes() throws Exception {
    try (ReplicaSet servers =
            ReplicaSet.start(ServerVersion.usual(), 1, "--repl-ping-replica-period", "1");
        RedisServer standby = RedisServer.start(ServerVersion.usual())) {
      String nodes =
          "nodes: [" + servers.primary().address() + ", " + servers.replica(0).address() + "]";
      String slow = "downAfter: 10m, replicaGrace: 10m";
      write(nodes, slow, "");
      try (ProgramProcess program = run()) {
        awaitService();
        try (RespConnection open = RespConnection.open(address, TIMEOUT)) {
          assertThat(open.ask("SET", "a", "1")).isEqualTo(new Reply.Text("OK"));

          write(nodes + ", durability: { replicas: 1, timeout: 300ms }", slow, "");
          assertThat(reload()).isEqualTo("groups[orders].durability is followed from now on\n");
          Eventually.holds("it is followed", () -> explained().contains("a write is acknowledged"));
          // It waits until the replica has a vote, which on a busy machine may be late to answer.
          Eventually.holds(
              "the replica has a write",
              () -> open.ask("SET", "a", "1").equals(new Reply.Text("OK")));
          servers.replica(0).stop();
          Eventually.holds(
              "a write alone is not enough",
              () -> open.ask("SET", "a", "2").toString().contains("NOTREPLICATED"));
          write(nodes, slow, "");
          assertThat(reload()).isEqualTo("groups[orders].durability is followed from now on\n");
          Eventually.holds(
              "it is again", () -> open.ask("SET", "a", "3").equals(new Reply.Text("OK")));

          String more = "standby: [" + standby.address() + "]";
          write(nodes, "downAfter: 10m, replicaGrace: 1s", more);
          assertThat(reload())
              .isEqualTo(
                  """
                  failover.replicaGrace is followed from now on
                  standby is followed from now on
                  """);
          Eventually.holds(
              "the standby takes the place", () -> standby.info("role").equals("slave"));
          standby.awaitLinkUp();
          servers.replica(0).resume();

          servers.primary().stop();
          open.send("SET", "a", "4");
          write(nodes, "downAfter: 1s, replicaGrace: 1s", more);
          assertThat(reload()).isEqualTo("failover.downAfter is followed from now on\n");
          // It may have run at the old primary: then that is said, and else it is done.
          assertThat(open.read().toString()).containsAnyOf("OK", "UNKNOWNOUTCOME");
          assertThat(open.ask("SET", "a", "5")).isEqualTo(new Reply.Text("OK"));
          servers.primary().resume();
        }
        assertThat(program.err()).doesNotContain("Exception");
      }
    }
  }
}
