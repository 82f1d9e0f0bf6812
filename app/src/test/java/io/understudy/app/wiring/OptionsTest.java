package io.understudy.app.wiring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationFile;
import io.understudy.proxy.route.Places;
import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each part is told of nodes' places. */
class OptionsTest {
  @TempDir private Path directory;

  private Configuration read(String nodes, String zone) throws Exception {
    return read(nodes, zone, "freeze");
  }

  private Configuration read(String nodes, String zone, String lost) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            """
            groups: [{ name: orders, nodes: [%s] }]
            proxy: { listeners: [{ bind: a:1, group: orders, reads: nearest }]%s }
            failover:
              coordinator: zookeeper
              keeper: { id: k1, members: [k1, k2, k3] }
              zookeeper: { connect: "z:1" }
              whenCoordinatorLost: %s
            """
                .formatted(nodes, zone, lost));
    return ConfigurationFile.read(file, name -> Optional.empty());
  }

  @Test
  void shouldTellTheProxyWhichNodesAreNear() throws Exception {
    Configuration configuration =
        read(
            "a:1, { address: b:1, zone: east, weight: 3 }, { address: c:1, zone: west }",
            ", zone: east");
    try (Certificates certificates = new Certificates()) {
      Places places =
          requireNonNull(Options.proxy(configuration, certificates).access().get("orders"))
              .places();
      assertThat(places.near()).isEqualTo(Set.of(new Address("b", 1)));
      assertThat(places.weights())
          .isEqualTo(Map.of(new Address("b", 1), 3, new Address("c", 1), 1));
    }
  }

  @Test
  void shouldLetKeepersDifferInWhereTheyReadAndInNothingThatDecides() throws Exception {
    String alike = alike("{ address: a:1, zone: east }, b:1", "");
    assertThat(alike("{ address: a:1, zone: east, weight: 0 }, { address: b:1, weight: 7 }", ""))
        .isEqualTo(alike);
    assertThat(alike("{ address: a:1, zone: east }, b:1", ", zone: east")).isEqualTo(alike);
    assertThat(alike("{ address: a:1, zone: west }, b:1", "")).isNotEqualTo(alike);
    assertThat(alike("{ address: a:1, zone: east }, { address: b:1, priority: never }", ""))
        .isNotEqualTo(alike);
  }

  @Test
  void shouldTellKeepersAlikeWhatProxiesDoWithoutZookeeper() throws Exception {
    Configuration freeze = read("10.0.0.1:1, 10.0.0.2:1", "");
    Configuration verify = read("10.0.0.1:1, 10.0.0.2:1", "", "verify");

    assertThat(Options.identity(verify).configuration())
        .isNotEqualTo(Options.identity(freeze).configuration());
    ReloadPlan plan = ReloadPlan.of(freeze, verify, Configuration.Group::nodes);
    assertThat(plan.followed()).isEqualTo(verify);
    assertThat(plan.changes())
        .containsExactly(
            "failover.whenCoordinatorLost is followed from now on",
            "this keeper takes part again when a majority of the keepers is told the same");
  }

  private String alike(String nodes, String zone) throws Exception {
    return Options.identity(read(nodes, zone)).configuration();
  }
}
