package io.understudy.proxy.session;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The lines of CLIENT LIST and CLIENT INFO: the server's own, of the connection that a session has
 * or shares, with what belongs to the client in the place of what belongs to the connection.
 *
 * <p>So the fields are those of the server's version, and what only the server knows (flags,
 * buffers, queued commands) is right for sessions that have a connection of their own.
 */
final class ClientLines {
  /** The fields of Redis 6.0, for servers that cannot list connections by their ids. */
  private static final String OLDEST =
      "id=0 addr=? fd=-1 name= age=0 idle=0 flags=N db=0 sub=0 psub=0 multi=-1 qbuf=0 qbuf-free=0"
          + " obl=0 oll=0 omem=0 events=r cmd=NULL user=default";

  /** What a session on a shared connection has none of, whatever others do there. */
  private static final Map<String, String> IDLE =
      Map.ofEntries(
          Map.entry("flags", "N"),
          Map.entry("sub", "0"),
          Map.entry("psub", "0"),
          Map.entry("ssub", "0"),
          Map.entry("multi", "-1"),
          Map.entry("watch", "0"),
          Map.entry("qbuf", "0"),
          Map.entry("argv-mem", "0"),
          Map.entry("multi-mem", "0"),
          Map.entry("obl", "0"),
          Map.entry("oll", "0"),
          Map.entry("omem", "0"),
          Map.entry("redir", "-1"));

  private final Session asking;
  private final long ownConnection;
  private final int requestBytes;
  private final Map<Long, Map<String, String>> byConnection = new HashMap<>();

  /**
   * Reads what the server said.
   *
   * @param ownConnection the server's id of the connection that it was asked on
   * @param requestBytes how long the client's own question was
   * @param text lines of the server's CLIENT LIST or CLIENT INFO; may be empty
   */
  ClientLines(Session asking, long ownConnection, int requestBytes, String text) {
    this.asking = asking;
    this.ownConnection = ownConnection;
    this.requestBytes = requestBytes;
    // In RESP3 it is a verbatim string, whose first line begins with its format.
    for (String line : text.replace("\r\ntxt:id=", "\r\nid=").split("\n", -1)) {
      if (line.startsWith("id=")) {
        Map<String, String> fields = fields(line);
        byConnection.put(Long.parseLong(fields.getOrDefault("id", "0")), fields);
      }
    }
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : line.split(" ", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return fields;
  }

  /** The lines of some sessions, each with its line end. */
  String of(List<Session> sessions) {
    StringBuilder text = new StringBuilder();
    for (Session session : sessions) {
      text.append(line(session)).append('\n');
    }
    return text.toString();
  }

  private String line(Session shown) {
    Client client = shown.client();
    Map<String, String> own = byConnection.get(client.connection());
    Map<String, String> line = new LinkedHashMap<>();
    if (own != null) {
      line.putAll(own);
    } else {
      line.putAll(
          byConnection.getOrDefault(
              ownConnection,
              byConnection.values().stream().findFirst().orElseGet(() -> fields(OLDEST))));
      line.replaceAll((name, value) -> IDLE.getOrDefault(name, value));
      if (shown != asking) {
        line.replace("cmd", shown.lastCommand());
      }
      line.replace("db", Integer.toString(client.key().database()));
    }
    long now = asking.context().loop().nanoTime().getAsLong();
    line.replace("id", Long.toString(client.id()));
    line.replace("addr", client.address());
    line.replace("laddr", client.localAddress());
    line.replace("name", client.name());
    line.replace("age", seconds(now - client.sinceNanos()));
    line.replace("idle", seconds(now - client.heardNanos()));
    line.replace("user", client.user());
    line.replace("resp", Integer.toString(client.key().protocol()));
    line.replace("lib-name", client.libraryName());
    line.replace("lib-ver", client.libraryVersion());
    line.computeIfPresent("redir", (name, value) -> Redirection.clientOf(asking, value));
    Map<String, String> asked = byConnection.getOrDefault(ownConnection, Map.of());
    if (shown == asking && !asked.getOrDefault("qbuf", "0").equals("0")) {
      // Redis up to 7.0 counts the question itself; the server was asked another one.
      line.replace("qbuf", Integer.toString(requestBytes));
    }
    StringBuilder text = new StringBuilder();
    line.forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
    return text.substring(1);
  }

  private static String seconds(long nanos) {
    return Long.toString(Math.max(0, TimeUnit.NANOSECONDS.toSeconds(nanos)));
  }
}
