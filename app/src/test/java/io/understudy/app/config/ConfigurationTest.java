package io.understudy.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
  @TempDir private Path directory;

  @Test
  void shouldUseEveryDefaultWhenOnlyGroupsAreWritten() throws Exception {
    Configuration configuration =
        read("groups:\n  - { name: orders, nodes: [10.0.0.1:6379] }\n", Map.of());

    assertThat(configuration)
        .isEqualTo(
            new Configuration(
                List.of(
                    new Configuration.Group(
                        "orders", List.of(new Address("10.0.0.1", 6379)), Optional.empty())),
                new Configuration.Proxy(
                    List.of(),
                    Configuration.Transport.EPOLL,
                    0,
                    10_000,
                    Optional.empty(),
                    new Configuration.Hold(Duration.ofSeconds(10), 100_000, 67_108_864),
                    new Configuration.Memory(33_554_432, 536_870_912),
                    Duration.ofSeconds(10),
                    new Configuration.Observing(Optional.of(Duration.ofMillis(10)), 128, 1_000)),
                new Configuration.Failover(
                    Configuration.Coordinator.LOCAL,
                    new Configuration.Detection(
                        Duration.ofSeconds(3),
                        2,
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(100)),
                    67_108_864,
                    Duration.ofSeconds(60),
                    Configuration.OnConflict.REFUSE,
                    directory.resolve("understudy-state")),
                List.of(),
                new Configuration.Admin(new Address("127.0.0.1", 8000)),
                new Configuration.Log(Configuration.Level.INFO, Configuration.Format.TEXT)));
  }

  @Test
  void shouldReadEveryKey() throws Exception {
    Files.writeString(directory.resolve("secret"), "s3cret\n");
    Configuration configuration =
        read(
            """
            groups:
              - name: orders
                nodes: [10.0.0.1:6379, "[2001:db8::1]:6380", "${HOST}:6381"]
                auth: { username: understudy, password: "${PASSWORD}" }
              - name: carts
                nodes:
                  - redis.example:6379
                  - { address: redis.example:6380, zone: east, weight: 0 }
                auth:
                  password: file:secret
            proxy:
              listeners:
                - bind: 127.0.0.1:6379
                  group: orders
                  reads: replicas
                  balance: least_outstanding
                  consistency: bounded
                  maxLag: { time: 250ms, bytes: 4kb }
                - bind: "[::1]:6380"
                  group: carts
              transport: io_uring
              threads: 4
              maxClients: 20
              idleTimeout: 5m
              hold: { time: 0s, requests: 7, bytes: 1kb }
              memory: { client: 64kb, total: 1gb }
              drain: 250ms
              slowlog: { time: off, entries: 7 }
              zone: east
              output: { normal: { hard: off }, pubsub: { soft: 1mb, softTime: 2s } }
              samples: 0
            failover:
              coordinator: local
              downAfter: 1s
              refusals: 5
              pingEvery: 50ms
              infoEvery: 2s
              turnEvery: 20ms
              maxLag: { bytes: 0, time: 1h }
              onConflict: freshest
              state: /var/lib/understudy
            admin: { bind: localhost:9000 }
            log:
              level: debug
              format: json
              file: { path: /var/log/understudy.log, size: 1mb, backups: 2, age: 48h }
              syslog: logs.example
            """,
            Map.of("HOST", "10.0.0.3", "PASSWORD", "hunter2"));

    assertThat(configuration)
        .isEqualTo(
            new Configuration(
                List.of(
                    new Configuration.Group(
                        "orders",
                        List.of(
                            new Address("10.0.0.1", 6379),
                            new Address("2001:db8::1", 6380),
                            new Address("10.0.0.3", 6381)),
                        Optional.of(
                            new Configuration.Credentials(
                                Optional.of("understudy"), new Secret("hunter2")))),
                    new Configuration.Group(
                        "carts",
                        List.of(
                            new Address("redis.example", 6379), new Address("redis.example", 6380)),
                        Map.of(
                            new Address("redis.example", 6380),
                            new Configuration.Place(
                                Optional.of("east"), Configuration.Priority.NORMAL, 0)),
                        Optional.of(
                            new Configuration.Credentials(Optional.empty(), new Secret("s3cret"))),
                        Optional.empty(),
                        Optional.empty())),
                new Configuration.Proxy(
                    List.of(
                        new Configuration.Listener(
                            new Address("127.0.0.1", 6379),
                            "orders",
                            new Configuration.ReadRules(
                                Configuration.Reads.REPLICAS,
                                Configuration.Balance.LEAST_OUTSTANDING,
                                Configuration.Consistency.BOUNDED,
                                Duration.ofMillis(250),
                                4096)),
                        new Configuration.Listener(
                            new Address("::1", 6380), "carts", Defaults.READS)),
                    Configuration.Transport.IO_URING,
                    4,
                    20,
                    Optional.of(Duration.ofMinutes(5)),
                    new Configuration.Hold(Duration.ZERO, 7, 1024),
                    new Configuration.Memory(65_536, 1L << 30),
                    Duration.ofMillis(250),
                    new Configuration.Observing(Optional.empty(), 7, 0),
                    Optional.of("east"),
                    new Configuration.Output(
                        new Configuration.OutputLimit(
                            Optional.empty(), Optional.empty(), Duration.ofMinutes(1)),
                        new Configuration.OutputLimit(
                            Optional.of(32L << 20), Optional.of(1L << 20), Duration.ofSeconds(2)))),
                new Configuration.Failover(
                    Configuration.Coordinator.LOCAL,
                    new Configuration.Detection(
                        Duration.ofSeconds(1),
                        5,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(2),
                        Duration.ofMillis(20)),
                    0,
                    Duration.ofHours(1),
                    Configuration.OnConflict.FRESHEST,
                    Path.of("/var/lib/understudy")),
                List.of(),
                new Configuration.Admin(new Address("localhost", 9000)),
                new Configuration.Log(
                    Configuration.Level.DEBUG,
                    Configuration.Format.JSON,
                    Optional.of(
                        new Configuration.LogFile(
                            Path.of("/var/log/understudy.log"), 1 << 20, 2, Duration.ofHours(48))),
                    Optional.of(new Address("logs.example", 514)))));
    assertThat(configuration.toString()).doesNotContain("hunter2").doesNotContain("s3cret");
  }

  private Configuration read(String yaml, Map<String, String> environment) throws Exception {
    Path file = Files.writeString(directory.resolve("understudy.yaml"), yaml);
    return ConfigurationFile.read(file, name -> Optional.ofNullable(environment.get(name)));
  }
}
