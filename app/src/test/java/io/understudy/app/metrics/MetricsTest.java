package io.understudy.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /metrics} of a running program in front of real servers. */
class MetricsTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int WRITES = 123;

  @TempDir private Path folder;

  @Test
  void shouldCountWhatClientsDidAndShowWhoIsPrimary() throws Exception {
    ServerVersion version = ServerVersion.usual();
    try (RedisServer primary = RedisServer.start(version);
        RedisServer replica = RedisServer.startReplica(version, primary)) {
      Address listener = new Address("127.0.0.1", Ports.reserveUntilExit());
      Address admin = new Address("127.0.0.1", Ports.reserveUntilExit());
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: ["%s", "%s"] }
          proxy:
            listeners: [{ bind: "%s", group: orders }]
          replication: [{ source: orders, feeds: [{ listen: "127.0.0.1:%d" }] }]
          admin: { bind: "%s" }
          """
              .formatted(
                  primary.address(), replica.address(), listener, Ports.reserveUntilExit(), admin));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        await()
            .atMost(DEADLINE)
            .ignoreExceptions()
            .until(
                () -> {
                  assertThat(program.isAlive()).as(program.err()).isTrue();
                  String page = scrape(admin, "");
                  return page.contains("group_has_primary{group=\"orders\"} 1")
                      && page.contains(node("understudy_node_up", replica) + "1");
                });
        try (RespConnection client = RespConnection.open(listener, TIMEOUT)) {
          for (int i = 0; i < WRITES; i++) {
            assertThat(client.ask("INCR", "n")).isEqualTo(new Reply.Count(i + 1L));
          }
          String page = scrape(admin, "");
          String labels = "{group=\"orders\",listener=\"" + listener + "\"} ";
          assertThat(value(page, "understudy_proxy_clients" + labels)).isEqualTo(1);
          assertThat(value(page, "understudy_proxy_commands_total" + labels)).isEqualTo(WRITES);
          assertThat(value(page, "understudy_proxy_replies_total" + labels)).isEqualTo(WRITES);
          String of = "class=\"write\",group=\"orders\",listener=\"" + listener + "\"";
          String times = "understudy_proxy_request_seconds_";
          assertThat(value(page, times + "count{" + of + "} ")).isEqualTo(WRITES);
          assertThat(value(page, times + "bucket{" + of + ",le=\"+Inf\"} ")).isEqualTo(WRITES);
          assertThat(value(page, times + "sum{" + of + "} ")).isPositive();
          assertThat(value(page, "understudy_proxy_hold_seconds_count" + labels)).isZero();
          assertThat(value(page, "understudy_proxy_loop_turn_seconds_count{loop=\"0\"} "))
              .isPositive();
          String publication = "understudy_group_publication{group=\"orders\",state=\"";
          assertThat(value(page, publication + "current\"} ")).isEqualTo(1);
          assertThat(value(page, publication + "believed\"} ")).isZero();
          assertThat(value(page, "understudy_group_epoch{group=\"orders\"} ")).isEqualTo(1);
          assertThat(value(page, node("understudy_node_primary", primary))).isEqualTo(1);
          assertThat(value(page, node("understudy_node_primary", replica))).isZero();
          assertThat(value(page, node("understudy_node_up", replica))).isEqualTo(1);
          assertThat(page).contains("understudy_source_state{source=\"orders\",state=\"idle\"} 1");
          assertThat(page).contains("understudy_proxy_loop_delay_seconds{loop=\"0\"}");
        }
        assertThat(namesIn(scrape(admin, ""))).isEqualTo(namesInPage());

        String open = scrape(admin, "application/openmetrics-text; version=1.0.0");
        assertThat(open).endsWith("# EOF\n").contains("understudy_group_rule{");
      }
    }
  }

  @Test
  void shouldShowOnlyMetricsThatExistOnTheDashboard() throws IOException {
    Set<String> shown = new TreeSet<>();
    Pattern.compile("understudy_\\w+")
        .matcher(Files.readString(root().resolve("docs/dashboard.json")))
        .results()
        .forEach(found -> shown.add(found.group().replaceFirst("_bucket$", "")));

    assertThat(shown).hasSizeGreaterThan(10).isSubsetOf(namesInPage());
  }

  private static String node(String metric, RedisServer server) {
    return metric + "{group=\"orders\",node=\"" + server.address() + "\"} ";
  }

  private static double value(String page, String start) {
    return page.lines()
        .filter(line -> line.startsWith(start))
        .map(line -> Double.parseDouble(line.substring(start.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line begins with " + start + " in\n" + page));
  }

  private static Set<String> namesIn(String page) {
    Set<String> names = new TreeSet<>();
    page.lines()
        .filter(line -> line.startsWith("# HELP "))
        .forEach(
            line ->
                names.add(
                    line.substring("# HELP ".length(), line.indexOf(' ', "# HELP ".length()))));
    return names;
  }

  private static Path root() {
    return Path.of(Optional.ofNullable(System.getProperty("understudy.root")).orElse(".."));
  }

  /** The page for people must name each metric, and no other. */
  private static Set<String> namesInPage() throws IOException {
    Set<String> names = new TreeSet<>();
    Pattern.compile("(?m)^\\| `(understudy_\\w+)")
        .matcher(Files.readString(root().resolve("docs/metrics.md")))
        .results()
        .forEach(found -> names.add(found.group(1)));
    return names;
  }

  private static String scrape(Address admin, String accept) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + admin + "/metrics")).timeout(TIMEOUT);
    if (!accept.isEmpty()) {
      request.header("Accept", accept);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return response.body();
    }
  }
}
