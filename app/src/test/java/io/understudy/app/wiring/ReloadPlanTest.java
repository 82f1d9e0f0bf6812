package io.understudy.app.wiring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationFile;
import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload follows of a group that stays, and what it says of the rest. */
class ReloadPlanTest {
  private static final String ZOOKEEPER = ", zookeeper: { connect: \"z:1\" }";

  @TempDir private Path directory;

  private Configuration read(String nodes, String failover, String more) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            """
            groups: [{ name: orders, nodes: [%s] }]
            proxy: { listeners: [{ bind: "l:1", group: orders, reads: replicas }] }
            failover: { %s }
            %s
            """
                .formatted(nodes, failover, more));
    return ConfigurationFile.read(file, name -> Optional.empty());
  }

  private ReloadPlan plan(String before, String after, String failover) throws Exception {
    return plan(read(before, failover, ""), read(after, failover, ""));
  }

  private static ReloadPlan plan(Configuration now, Configuration next) {
    return ReloadPlan.of(now, next, Configuration.Group::nodes);
  }

  @Test
  void shouldFollowWeightsAtOnce() throws Exception {
    ReloadPlan plan =
        plan(
            "{ address: a:1, zone: x }, b:1",
            "{ address: a:1, zone: x, weight: 0 }, { address: b:1, weight: 3 }",
            "coordinator: local");
    assertThat(plan.changes()).containsExactly("group orders is read from otherwise");
    assertThat(plan.waiting()).isEmpty();
    var places = plan.followed().groups().getFirst().places();
    assertThat(requireNonNull(places.get(new Address("a", 1))).weight()).isZero();
    assertThat(requireNonNull(places.get(new Address("b", 1))).weight()).isEqualTo(3);
    assertThat(plan("a:1", "{ address: a:1, weight: 1 }", "coordinator: local").changes())
        .as("it says what held before")
        .isEmpty();
  }

  @Test
  void shouldNameTheCommandsByWhichNodesComeAndGo() throws Exception {
    ReloadPlan plan =
        plan("{ address: a:1, zone: x }, b:1", "b:1, c:1", "coordinator: local, downAfter: 3s");
    assertThat(plan.waiting())
        .containsExactly(
            "c:1 is left out of group orders (unless 'understudy add-node orders c:1' has it taken"
                + " in)",
            "a:1 stays in group orders (unless 'understudy remove-node orders a:1' has it let go)");
    assertThat(plan.changes()).isEmpty();
    assertThat(plan.followed().groups().getFirst().places()).containsKey(new Address("a", 1));
  }

  @Test
  void shouldFollowWhatDecidesWhereOneProcessDecides() throws Exception {
    String local = "coordinator: local";
    ReloadPlan plan =
        plan("{ address: a:1, zone: x }, b:1", "a:1, { address: b:1, priority: never }", local);
    assertThat(plan.waiting()).isEmpty();
    assertThat(plan.changes())
        .containsExactly(
            "group orders is read from otherwise",
            "zones and priorities of group orders hold from now on");
    assertThat(plan.anew()).isEqualTo(plan.followed().groups()).hasSize(1);
    assertThat(plan("a:1", "{ address: a:1, weight: 2 }", local).anew())
        .as("weights are no matter of who is primary")
        .isEmpty();

    ReloadPlan more =
        plan(
            read("a:1", local, ""),
            read("a:1", local + ", downAfter: 9s, maxLag: { bytes: 1 }", "standby: [s:1]"));
    assertThat(more.waiting()).isEmpty();
    assertThat(more.changes())
        .containsExactly(
            "failover.downAfter is followed from now on",
            "failover.maxLag.bytes is followed from now on",
            "standby is followed from now on");
    assertThat(more.anew()).hasSize(1);
  }

  @Test
  void shouldFollowHooksWithoutLookingAtGroupsAnew() throws Exception {
    String hook = "hooks: [{ at: [after-failover], run: [/bin/true]%s }]";
    Configuration quick = read("a:1", "coordinator: local", hook.formatted(", deadline: 2s"));
    ReloadPlan plan = plan(read("a:1", "coordinator: local", hook.formatted("")), quick);
    assertThat(plan.changes()).containsExactly("the hooks are those of the file from now on");
    assertThat(plan.waiting()).isEmpty();
    assertThat(plan.anew()).isEmpty();
    assertThat(plan.followed().failover().hooks()).isEqualTo(quick.failover().hooks());
  }

  @Test
  void shouldSayWhatItCannotFollow() throws Exception {
    ReloadPlan plan =
        plan(
            read("a:1, b:1", "coordinator: local", ""),
            read("a:1", "coordinator: local, state: elsewhere", "standby: [b:1]"));
    assertThat(plan.waiting())
        .contains(
            "failover.state stays as it was",
            "standby b:1 is left out, because it is a node of a group,");
    assertThat(plan.followed().failover().upkeep().standbys()).isEmpty();
    assertThat(plan.changes()).isEmpty();
  }

  @Test
  void shouldTellWhatAProcessThatTakesOverMayHaveOtherwise() throws Exception {
    String admin = "admin: { bind: \"127.0.0.1:1\" }";
    ReloadPlan plan =
        plan(read("a:1", "coordinator: local", ""), read("a:1", "coordinator: local", admin));
    assertThat(plan.succeeding()).containsExactly("admin stays as it was");
    assertThat(plan.waiting()).isEmpty();

    // These find each other by their admin ports.
    String several =
        "coordinator: zookeeper, keeper: { id: k1, members: [k1, k2, k3] }" + ZOOKEEPER;
    ReloadPlan shared = plan(read("a:1", several, ""), read("a:1", several, admin));
    assertThat(shared.waiting()).containsExactly("admin stays as it was");
    assertThat(shared.succeeding()).isEmpty();
  }

  @Test
  void shouldKeepTheFirstListenerClosedWhereOtherKeepersCountOnThat() throws Exception {
    String file =
        """
        groups: [{ name: orders, nodes: [a:1] }]
        failover: { coordinator: zookeeper, zookeeper: { connect: "z:1" },
          keeper: { id: k1, members: [k1, k2, k3] } }
        """;
    String listener = "proxy: { listeners: [{ bind: \"l:1\", group: orders }] }\n";
    ReloadPlan plan = plan(written(file), written(file + listener));
    assertThat(plan.succeeding()).containsExactly("the first listener stays closed");
    assertThat(plan.followed().proxy().listeners()).isEmpty();
    String alone = "groups: [{ name: orders, nodes: [a:1] }]\n";
    ReloadPlan first = plan(written(alone), written(alone + listener));
    assertThat(first.succeeding()).isEmpty();
    assertThat(first.followed().proxy().listeners()).hasSize(1);
  }

  private Configuration written(String text) throws Exception {
    Path file = Files.writeString(directory.resolve("understudy.yaml"), text);
    return ConfigurationFile.read(file, name -> Optional.empty());
  }

  @Test
  void shouldTakeTheFilesWordForWhatCommandsHaveDone() throws Exception {
    String local = "coordinator: local";
    List<Address> members = List.of(new Address("b", 1), new Address("c", 1));
    ReloadPlan plan =
        ReloadPlan.of(read("a:1, b:1", local, ""), read("c:1, b:1", local, ""), group -> members);
    assertThat(plan.waiting()).isEmpty();
    assertThat(plan.changes())
        .containsExactly("group orders has the nodes that the file names, as commands made it");
    assertThat(plan.followed().groups().getFirst().nodes())
        .containsExactly(new Address("c", 1), new Address("b", 1));
    assertThat(plan.anew()).hasSize(1);

    ReloadPlan half =
        ReloadPlan.of(read("a:1, b:1", local, ""), read("a:1, b:1", local, ""), group -> members);
    assertThat(half.waiting())
        .containsExactly(
            "a:1 is left out of group orders (unless 'understudy add-node orders a:1' has it taken"
                + " in)",
            "c:1 stays in group orders (unless 'understudy remove-node orders c:1' has it let go)");
    assertThat(half.followed().groups().getFirst().nodes())
        .containsExactly(new Address("a", 1), new Address("b", 1));
  }

  @Test
  void shouldSayThatTheOtherKeepersMustBeToldTheSame() throws Exception {
    String several =
        "coordinator: zookeeper, keeper: { id: k1, members: [k1, k2, k3] }" + ZOOKEEPER;
    String note = "this keeper takes part again when a majority of the keepers is told the same";
    ReloadPlan plan =
        plan(
            read("{ address: a:1, zone: x }", several, ""),
            read("{ address: a:1, zone: y }", several + ", downAfter: 9s", ""));
    assertThat(plan.waiting()).isEmpty();
    assertThat(plan.changes())
        .containsExactly(
            "group orders is read from otherwise",
            "zones and priorities of group orders hold from now on",
            "failover.downAfter is followed from now on",
            note);
    assertThat(plan("a:1", "{ address: a:1, weight: 2 }", several).changes())
        .as("each process says for itself where is read")
        .doesNotContain(note);
  }

  @Test
  void shouldFollowPlacesOfNodesWhereNobodyDecides() throws Exception {
    ReloadPlan plan =
        plan("a:1", "{ address: a:1, zone: y }, b:1", "coordinator: follow" + ZOOKEEPER);
    assertThat(plan.waiting()).isEmpty();
    assertThat(plan.changes()).containsExactly("group orders is read from otherwise");
    assertThat(plan.followed().groups().getFirst().nodes()).hasSize(2);
  }
}
