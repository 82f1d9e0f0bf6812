package io.understudy.bench.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The load that reads what it wrote, at real servers. */
class WriteThenReadTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 64})
  void shouldWriteAsOftenAsItReads(int depth) throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.usual())) {
      WriteThenRead load = new WriteThenRead(depth, 3, 5_000, true);
      assertThat(load.run(server.address().port(), 1_000).requestsPerSecond()).isPositive();
      assertThat(calls(server, "get")).isBetween(450L, 750L);
      assertThat(calls(server, "set") - calls(server, "get")).isBetween(0L, 3L);
      assertThat(server.command("STRLEN", "key:0:0")).isEqualTo("5000");
    }
  }

  @Test
  void shouldTellWhenItDoesNotFindWhatItWrote() throws Exception {
    // A server that answers GET with the key's name.
    try (RedisServer server =
        RedisServer.start(
            ServerVersion.usual(),
            "--rename-command",
            "GET",
            "TAKE",
            "--rename-command",
            "ECHO",
            "GET")) {
      int port = server.address().port();
      assertThatThrownBy(() -> new WriteThenRead(2, 1, 8, true).run(port, 10))
          .isInstanceOf(IOException.class)
          .hasMessage("a connection did not read what it had written");
      assertThat(new WriteThenRead(2, 1, 8, false).run(port, 10).requestsPerSecond()).isPositive();
    }
  }

  private static long calls(RedisServer server, String command) {
    return server
        .command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_" + command + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("^[^=]*=(\\d+),.*", "$1")))
        .sum();
  }
}
