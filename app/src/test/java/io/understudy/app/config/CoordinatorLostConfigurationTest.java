package io.understudy.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code failover.whenCoordinatorLost}, and where it is refused. */
class CoordinatorLostConfigurationTest {
  private static final String KEEPER =
      "coordinator: zookeeper, keeper: { id: k1, members: [k1] }, zookeeper: { connect: 'z:1' }";
  private static final String NODES = "nodes: [10.0.0.1:6379, '[2001:db8::1]:6379']";

  @TempDir private Path directory;

  private Configuration.WhenCoordinatorLost read(String group, String failover, String more)
      throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            """
            groups: [{ name: orders, %s }]
            %s
            failover: { %s }
            """
                .formatted(group, more, failover));
    return ConfigurationFile.read(file, name -> Optional.empty()).failover().whenCoordinatorLost();
  }

  @Test
  void shouldFreezeUnlessItIsToldToVerify() throws Exception {
    assertThat(read(NODES, KEEPER, "")).isEqualTo(Configuration.WhenCoordinatorLost.FREEZE);
    assertThat(read(NODES, KEEPER + ", whenCoordinatorLost: freeze", ""))
        .isEqualTo(Configuration.WhenCoordinatorLost.FREEZE);
    assertThat(read(NODES, KEEPER + ", whenCoordinatorLost: verify", ""))
        .isEqualTo(Configuration.WhenCoordinatorLost.VERIFY);
  }

  @Test
  void shouldFreezeWithDurabilityAndNames() throws Exception {
    assertThat(
            read(
                "nodes: [db1:1, db2:1], durability: { replicas: 1 }",
                KEEPER + ", whenCoordinatorLost: freeze",
                ""))
        .isEqualTo(Configuration.WhenCoordinatorLost.FREEZE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "nodes: [10.0.0.1:1] | whenCoordinatorLost: verify | is used only with coordinator:"
            + " zookeeper, whose keepers tell the proxies; remove it, or write that",
        "nodes: [10.0.0.1:1] | coordinator: follow, zookeeper: { connect: 'z:1' },"
            + " whenCoordinatorLost: freeze | is used only with coordinator: zookeeper, whose"
            + " keepers tell the proxies; remove it, or write that",
        "nodes: [10.0.0.1:1] | KEEPER, whenCoordinatorLost: go | 'go' is not known here; write one"
            + " of freeze, verify",
        "nodes: [10.0.0.1:1, db2:1] | KEEPER, whenCoordinatorLost: verify | 'verify' knows replicas"
            + " by the IP addresses that a primary shows, and 'db2:1' is a name; write freeze, or"
            + " addresses",
        "nodes: [10.0.0.1:1, 10.0.0.2:1], durability: { replicas: 1 } | KEEPER,"
            + " whenCoordinatorLost: verify | 'verify' cannot be had together with durability,"
            + " which group orders has; write freeze, or remove that",
      })
  void shouldRefuse(String group, String failover, String mistake) {
    assertThatThrownBy(() -> read(group, failover.replace("KEEPER", KEEPER), ""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            directory.resolve("understudy.yaml") + ":3: failover.whenCoordinatorLost: " + mistake);
  }

  @Test
  void shouldRefuseAStandbyThatIsAName() {
    assertThatThrownBy(
            () -> read(NODES, KEEPER + ", whenCoordinatorLost: verify", "standby: [db9:6379]"))
        .hasMessageContaining("'db9:6379' is a name");
  }
}
