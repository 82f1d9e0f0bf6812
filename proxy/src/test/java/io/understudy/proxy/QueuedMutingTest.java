package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** CLIENT REPLY inside MULTI: every byte is what a server without a proxy sends. */
class QueuedMutingTest {
  /** It ends every conversation, and is answered whatever was suppressed before. */
  private static final String END = "CLIENT REPLY ON|ECHO the-end";

  private static final List<String> CONVERSATIONS =
      List.of(
          "MULTI|CLIENT REPLY OFF|SET a 1|EXEC|PING|CLIENT REPLY ON|PING",
          "MULTI|CLIENT REPLY SKIP|SET a 1|EXEC|PING|PING",
          "MULTI|SET a 1|CLIENT REPLY SKIP|EXEC|PING|PING",
          "MULTI|CLIENT REPLY ON|GET a|EXEC|PING",
          "MULTI|SET a 1|CLIENT REPLY OFF|GET a|CLIENT REPLY ON|GET a|EXEC|PING",
          "MULTI|CLIENT REPLY SKIP|CLIENT REPLY ON|GET a|EXEC|PING|PING",
          "CLIENT REPLY OFF|MULTI|CLIENT REPLY ON|GET a|EXEC|PING",
          "CLIENT REPLY OFF|MULTI|GET a|CLIENT REPLY ON|EXEC|PING",
          "CLIENT REPLY SKIP|MULTI|GET a|EXEC|PING",
          "MULTI|CLIENT REPLY NOPE|EXEC|PING",
          "MULTI|CLIENT REPLY|EXEC|PING",
          "MULTI|CLIENT REPLY OFF|DISCARD|PING",
          "MULTI|CLIENT REPLY OFF|EXEC|MULTI|CLIENT REPLY ON|EXEC|PING",
          "MULTI|CLIENT REPLY SKIP|CLIENT REPLY OFF|EXEC|PING",
          "MULTI|CLIENT REPLY OFF|CLIENT REPLY SKIP|EXEC|PING|PING",
          "MULTI|CLIENT REPLY ON|CLIENT REPLY SKIP|EXEC|PING|PING",
          "MULTI|CLIENT REPLY SKIP|NOSUCH|EXEC|PING|PING",
          "WATCH a|SET a 2|MULTI|CLIENT REPLY OFF|EXEC|PING",
          "MULTI|GET large|CLIENT REPLY OFF|GET large|CLIENT REPLY ON|GET large|EXEC|PING",
          "CLIENT REPLY SKIP|SET b " + "y".repeat(150_000) + "|PING",
          "WATCH a|CLIENT REPLY SKIP|SET b " + "y".repeat(150_000) + "|PING|UNWATCH",
          "CLIENT REPLY SKIP|CLIENT REPLY NOPE|PING",
          "HELLO 3|MULTI|CLIENT REPLY OFF|HGETALL h|EXEC|PING");

  private static String talk(Address address, String conversation, boolean together)
      throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (Socket socket = new Socket(address.host(), address.port())) {
      socket.setSoTimeout(30_000);
      socket.setTcpNoDelay(true);
      for (String line : (conversation + "|" + END).split("\\|", -1)) {
        all.writeBytes(Wire.commands(line));
        if (!together) {
          socket.getOutputStream().write(all.toByteArray());
          all.reset();
        }
      }
      socket.getOutputStream().write(all.toByteArray());
      ByteArrayOutputStream heard = new ByteArrayOutputStream();
      byte[] buffer = new byte[64 * 1024];
      while (!heard.toString(StandardCharsets.ISO_8859_1).endsWith("\r\nthe-end\r\n")) {
        int count = socket.getInputStream().read(buffer);
        assertThat(count).as("it was closed behind %s", heard).isPositive();
        heard.write(buffer, 0, count);
      }
      // The greeting names the connection.
      return heard.toString(StandardCharsets.ISO_8859_1).replaceAll("\\$2\r\nid\r\n:\\d+", "id");
    }
  }

  @EachServer
  void shouldLeaveOutWhatAServerLeavesOut(ServerVersion version) throws IOException {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server);
        Wire setup = new Wire(server.address())) {
      setup.call("SET", "large", "z".repeat(100_000));
      setup.call("HSET", "h", "f", "v");
      for (String conversation : CONVERSATIONS) {
        setup.call("SET", "a", "1");
        String direct = talk(server.address(), conversation, true);
        for (boolean together : new boolean[] {true, false}) {
          setup.call("SET", "a", "1");
          assertThat(talk(rig.address(), conversation, together))
              .as(conversation.substring(0, Math.min(80, conversation.length())))
              .isEqualTo(direct);
        }
      }
    }
  }
}
