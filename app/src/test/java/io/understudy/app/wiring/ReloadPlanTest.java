package io.understudy.app.wiring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationFile;
import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
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
    return ReloadPlan.of(read(before, failover, ""), read(after, failover, ""));
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
  void shouldLetWhatDecidesWait() throws Exception {
    ReloadPlan plan =
        plan(
            "{ address: a:1, zone: x }, b:1",
            "{ address: a:1, zone: y, weight: 2 }, b:1",
            "coordinator: local");
    assertThat(plan.waiting())
        .containsExactly("zones and priorities of group orders stay as they were");
    assertThat(plan.followed().groups().getFirst().places().get(new Address("a", 1)))
        .isEqualTo(new Configuration.Place(Optional.of("x"), Configuration.Priority.NORMAL, 2));
    assertThat(
            ReloadPlan.of(
                    read("a:1", "coordinator: local", ""),
                    read("a:1", "coordinator: local", "standby: [s:1]"))
                .waiting())
        .containsExactly("standby stays as it was");
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
