package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A client with a connection of its own costs the same after many commands as after the first. */
class PinnedMemoryTest {
  private static final int ROUNDS = 1_000;

  /** What a client and its connection may hold, far below one buffer for each round. */
  private static final int FEW = 100;

  @Test
  void shouldKeepNothingOfAnsweredCommands() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      for (int i = 0; i < ROUNDS; i++) {
        client.call("RPUSH", "queue", "x");
        assertThat(client.call("BLPOP", "queue", "0")).startsWith("*2\r\n");
      }
      assertThat(Rig.activeBuffers()).as("blocking pops").isLessThan(FEW);
      for (int i = 0; i < ROUNDS; i++) {
        client.send(Wire.commands("WATCH a", "MULTI", "INCR a", "EXEC"));
        client.read(4);
      }
      assertThat(Rig.activeBuffers()).as("transactions").isLessThan(FEW);
      for (int i = 0; i < ROUNDS; i++) {
        assertThat(client.call("SUBSCRIBE", "news")).contains("subscribe");
      }
      assertThat(Rig.activeBuffers()).as("subscriptions").isLessThan(FEW);
    }
  }

  @Test
  void shouldKeepNothingOfWhatIsNotAnswered() throws IOException {
    try (RedisServer server = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(server);
        Wire client = rig.connect()) {
      client.send("CLIENT", "REPLY", "OFF");
      for (int i = 1; i <= 4 * FEW; i++) {
        client.send("INCR", "a");
        String written = Integer.toString(i);
        Eventually.holds("it is written", () -> server.command("GET", "a").equals(written));
      }
      assertThat(Rig.activeBuffers()).isLessThan(FEW);
    }
  }
}
