package io.understudy.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.ValueKind;
import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationConfigurationTest {
  private static final int DEFAULT_BACKLOG = 16_777_216;

  @TempDir private Path directory;

  @Test
  void shouldReadEveryKey() throws Exception {
    List<SourceConfig> sources =
        read("""
        groups: [{ name: orders, nodes: [10.0.0.1:6379], auth: { password: pw } }]
        replication:
          - source: orders
            state: orders-state
            feeds:
              - { listen: 0.0.0.0:6401, keys: '^[0-4].*' }
              - listen: 0.0.0.0:6402
                prefix: [a, b]
                glob: c*d
                slots: 0 - 5460
                exclude: tmp$
                databases: [0, 3]
                types: [string, hash]
                values:
                  - { keys: ^a, matching: x }
                  - { keys: ^b, replace: '[0-9]', with: '*' }
                  - { keys: ^c, without-fields: [password] }
                  - { keys: ^d, class: com.example.Mask, jar: rules.jar }
                rename: { from: a, to: z }
                target: valkey 8.1
                loss: allowed
                uncuttable: warn
                publish: drop
                functions: drop
                password: hush
                backlog: 1mb
                max-value: 2mb
          - source: 10.0.0.9:6379
            auth: { username: u, password: p }
            feeds: [{ listen: 0.0.0.0:6403 }]
        """)
            .replication();

    assertThat(sources)
        .containsExactly(
            new SourceConfig(
                "orders",
                new SourceConfig.Origin.OfGroup("orders"),
                Optional.of(new Configuration.Credentials(Optional.empty(), new Secret("pw"))),
                Optional.empty(),
                Optional.of(directory.resolve("orders-state")),
                List.of(
                    FeedConfig.of(
                        new Address("0.0.0.0", 6401),
                        new FeedConfig.KeyRule.Expression("^[0-4].*")),
                    new FeedConfig(
                        new Address("0.0.0.0", 6402),
                        List.of(
                            new FeedConfig.KeyRule.Prefix("a"),
                            new FeedConfig.KeyRule.Prefix("b"),
                            new FeedConfig.KeyRule.Glob("c*d"),
                            new FeedConfig.KeyRule.Slots(0, 5460)),
                        List.of(new FeedConfig.KeyRule.Expression("tmp$")),
                        Set.of(0, 3),
                        Set.of(ValueKind.STRING, ValueKind.HASH),
                        List.of(
                            new ValueConfig("^a", new ValueConfig.Change.Matching("x")),
                            new ValueConfig("^b", new ValueConfig.Change.Replacing("[0-9]", "*")),
                            new ValueConfig(
                                "^c", new ValueConfig.Change.WithoutFields(List.of("password"))),
                            new ValueConfig(
                                "^d",
                                new ValueConfig.Change.OfClass(
                                    "com.example.Mask",
                                    Optional.of(directory.resolve("rules.jar"))))),
                        Optional.of(new FeedConfig.Rename("a", "z")),
                        new FeedConfig.Policies(
                            FeedConfig.Uncuttable.WARN,
                            FeedConfig.Passage.DROP,
                            FeedConfig.Passage.DROP),
                        Optional.of(
                            RdbTarget.of(RdbVersion.Family.VALKEY, 8, 1)
                                .withLoss(RdbTarget.Loss.ALLOWED)),
                        RdbTarget.Loss.ALLOWED,
                        Optional.of(new Secret("hush")),
                        Optional.empty(),
                        1 << 20,
                        2 << 20))),
            new SourceConfig(
                "10.0.0.9:6379",
                new SourceConfig.Origin.Fixed(new Address("10.0.0.9", 6379)),
                Optional.of(new Configuration.Credentials(Optional.of("u"), new Secret("p"))),
                Optional.empty(),
                Optional.empty(),
                List.of(
                    new FeedConfig(
                        new Address("0.0.0.0", 6403),
                        List.of(),
                        List.of(),
                        Set.of(),
                        Set.of(),
                        List.of(),
                        Optional.empty(),
                        FeedConfig.Policies.DEFAULT,
                        Optional.empty(),
                        RdbTarget.Loss.REFUSED,
                        Optional.empty(),
                        Optional.empty(),
                        DEFAULT_BACKLOG,
                        Defaults.MAX_VALUE_BYTES))));
    assertThat(sources.get(0).feeds().get(1).description())
        .isEqualTo(
            "keys that begin with a or keys that begin with b or keys like c*d or slots 0-5460,"
                + " without keys tmp$, of databases 0, 3, of type hash or string, values of ^a left"
                + " out unless x fits, values of ^b [0-9] replaced with '*', values of ^c without"
                + " the fields password, values of ^d changed by com.example.Mask, 'a' renamed to"
                + " 'z', for Valkey 8.1, leaves out what cannot be cut, without messages, without"
                + " functions");
  }

  @Test
  void shouldNeedNoGroupToReplicateFromFixedAddress() throws Exception {
    Configuration configuration =
        read("replication: [{ source: 10.0.0.9:6379, feeds: [{ listen: 0.0.0.0:6403 }] }]\n");

    assertThat(configuration.groups()).isEmpty();
    assertThat(configuration.replication()).hasSize(1);
  }

  @Test
  void shouldSayWhatIsWrongAndWhere() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    groups: [{ name: orders, nodes: [10.0.0.1:6379] }]
                    replication:
                      - source: order
                        feeds:
                          - { listen: 0.0.0.0:6401, keys: '^[a-' }
                          - { listen: 0.0.0.0:6401, slots: 5-20000 }
                          - { listen: 0.0.0.0:6402, slots: 9-5, databases: [x] }
                          - { key: a }
                    """))
        .hasMessageContaining(
            ":3: replication[0].source: there is no group 'order'; did you mean 'orders'?")
        .hasMessageContaining(
            ":5: replication[0].feeds[0].keys: '^[a-' is not a regular expression: missing closing"
                + " ]; RE2's syntax is understood")
        .hasMessageContaining(
            ":6: replication[0].feeds[1].listen: '0.0.0.0:6401' is already"
                + " replication[0].feeds[0].listen; choose another port")
        .hasMessageContaining(
            ":6: replication[0].feeds[1].slots: '5-20000' are no slots; write a range inside"
                + " 0-16383, such as 0-5460")
        .hasMessageContaining(":7: replication[0].feeds[2].slots: '9-5' are no slots")
        .hasMessageContaining(":7: replication[0].feeds[2].databases[0]: ")
        .hasMessageContaining(":8: replication[0].feeds[3].key: unknown key; did you mean 'keys'?");
  }

  private Configuration read(String yaml) throws Exception {
    Path file = Files.writeString(directory.resolve("understudy.yaml"), yaml);
    return ConfigurationFile.read(file, name -> Optional.empty());
  }
}
