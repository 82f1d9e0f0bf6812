package io.understudy.app.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Ports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code docs/openapi.yaml} names what the admin port of a running program serves, and no more. */
class OpenApiTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void shouldNameEveryPathThatIsServed() throws Exception {
    Map<?, ?> paths = paths();
    try (Ports.Reserved admin = Ports.reserve()) {
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - name: orders
              nodes: [127.0.0.1:1]
          admin:
            bind: 127.0.0.1:%d
          """
              .formatted(admin.port()));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        await()
            .atMost(DEADLINE)
            .ignoreExceptions()
            .until(() -> program.isAlive() && ask(admin, "GET", "/healthz").statusCode() == 200);

        String known =
            ask(admin, "GET", "/nowhere").body().replaceAll("(?s).*known here: |\"\\s*}.*", "");
        Set<String> served = new TreeSet<>();
        for (String each : known.split(",", -1)) {
          served.add(each.strip().replace("...", "{question}").toLowerCase(Locale.ROOT));
        }
        Set<String> named = new TreeSet<>();
        for (Map.Entry<?, ?> each : paths.entrySet()) {
          String path = (String) each.getKey();
          String example = path.replaceAll("\\{(group|name)}", "orders").replace("{number}", "1");
          if (((Map<?, ?>) each.getValue()).containsKey("post")) {
            assertThat(ask(admin, "POST", example).statusCode()).as(path).isEqualTo(401);
          } else {
            named.add(path.replaceAll("\\{(group|name|number)}", "$1"));
            if (!path.startsWith("/watch") && !path.startsWith("/cluster")) {
              assertThat(ask(admin, "GET", example).body()).as(path).doesNotContain("known here");
            }
          }
        }
        assertThat(named).isEqualTo(served);
      }
    }
  }

  @Test
  void shouldNameEveryChange() throws Exception {
    Set<String> expected = new TreeSet<>(Set.of("/reload"));
    for (Operator.Change change : Operator.Change.values()) {
      String name = change.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (!name.equals("reload")) {
        expected.add("/" + name + "/{group}");
      }
    }
    Set<String> named = new TreeSet<>();
    for (Map.Entry<?, ?> each : paths().entrySet()) {
      if (((Map<?, ?>) each.getValue()).containsKey("post")) {
        named.add((String) each.getKey());
      }
    }
    assertThat(named).isEqualTo(expected);
  }

  private static Map<?, ?> paths() throws Exception {
    Path file = Path.of(System.getProperty("understudy.root", ".."), "docs", "openapi.yaml");
    var root =
        (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    return Objects.requireNonNull((Map<?, ?>) root.get("paths"), "the description names paths");
  }

  private static HttpResponse<String> ask(Ports.Reserved admin, String method, String path)
      throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
