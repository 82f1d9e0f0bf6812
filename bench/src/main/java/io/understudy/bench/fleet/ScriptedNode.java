package io.understudy.bench.fleet;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * As much of a server as a keeper talks to: roles, offsets, the mark, settings and transactions. It
 * holds no data and replicates at once.
 */
final class ScriptedNode implements AutoCloseable {
  private static final int MOST_ARGUMENTS = 64;
  private static final int MOST_BYTES = 1 << 16;
  private static final String NO_HISTORY = "0".repeat(40);
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final String host;
  private final int port;
  private final Map<String, ScriptedNode> fleet;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final ServerSocket listening;
  private final String runId = hex();
  private final long startedNanos = System.nanoTime();

  // Guarded by this.
  private final Map<String, String> settings =
      new HashMap<>(Map.of("min-replicas-to-write", "0", "repl-ping-replica-period", "10"));
  private String history = hex();
  private String formerHistory = NO_HISTORY;
  private String mark = "";
  private String upstream = "";
  private volatile boolean alive = true;

  private ScriptedNode(String host, int port, Map<String, ScriptedNode> fleet) throws IOException {
    this.host = host;
    this.port = port;
    this.fleet = fleet;
    listening = new ServerSocket();
    listening.setReuseAddress(true);
    listening.bind(new InetSocketAddress(InetAddress.getByName(host), port), 64);
  }

  /** Starts one that is primary, and finds the others in {@code fleet} by their addresses. */
  static ScriptedNode start(String host, int port, Map<String, ScriptedNode> fleet)
      throws IOException {
    var node = new ScriptedNode(host, port, fleet);
    fleet.put(node.address(), node);
    Thread.ofVirtual().start(node::accept);
    return node;
  }

  private static String hex() {
    return String.format(Locale.ROOT, "%040x", 0xABCDEFL << 32 | NUMBERS.incrementAndGet());
  }

  String address() {
    return host + ":" + port;
  }

  private void accept() {
    while (alive) {
      try {
        Socket socket = listening.accept();
        connections.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return; // it was closed
      }
    }
  }

  private void serve(Socket socket) {
    var conversation = new Conversation();
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      while (alive) {
        List<String> request = request(in);
        out.write(conversation.reply(request).getBytes(StandardCharsets.UTF_8));
        if (in.available() == 0) {
          out.flush();
        }
      }
    } catch (IOException e) {
      // The keeper left, or this node died.
    } finally {
      connections.remove(socket);
    }
  }

  private static List<String> request(InputStream in) throws IOException {
    int count = number(in, '*');
    if (count < 1 || count > MOST_ARGUMENTS) {
      throw new IOException("not a request");
    }
    List<String> words = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = number(in, '$');
      if (length < 0 || length > MOST_BYTES) {
        throw new IOException("not an argument");
      }
      words.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
      in.skipNBytes(2);
    }
    return words;
  }

  private static int number(InputStream in, char kind) throws IOException {
    if (in.read() != kind) {
      throw new IOException("the end, or no RESP");
    }
    int value = 0;
    for (int next = in.read(); next != '\r'; next = in.read()) {
      if (next < '0' || next > '9') {
        throw new IOException("no number");
      }
      value = value * 10 + next - '0';
    }
    in.skipNBytes(1);
    return value;
  }

  /** Makes it follow another one, at the same offset, before the keepers look. */
  synchronized void follow(String primary) {
    upstream = primary;
    ScriptedNode node = fleet.get(primary);
    if (node != null) {
      history = node.history();
    }
  }

  private synchronized String history() {
    return history;
  }

  private synchronized boolean isPrimary() {
    return alive && upstream.isEmpty();
  }

  /** One connection: what is queued is carried out by EXEC. */
  private final class Conversation {
    private final long id = NUMBERS.incrementAndGet();
    private @Nullable List<List<String>> queued;
    private String watched = "";
    private boolean watching;

    String reply(List<String> request) {
      String name = request.getFirst().toUpperCase(Locale.ROOT);
      List<List<String>> open = queued;
      if (open != null && !name.equals("EXEC") && !name.equals("DISCARD")) {
        open.add(request);
        return "+QUEUED\r\n";
      }
      synchronized (ScriptedNode.this) {
        return switch (name) {
          case "MULTI" -> {
            queued = new ArrayList<>();
            yield "+OK\r\n";
          }
          case "WATCH" -> {
            watching = true;
            watched = mark;
            yield "+OK\r\n";
          }
          case "UNWATCH" -> {
            watching = false;
            yield "+OK\r\n";
          }
          case "EXEC" -> execute(open == null ? List.of() : open);
          default -> answer(name, request);
        };
      }
    }

    private String execute(List<List<String>> requests) {
      queued = null;
      boolean moved = watching && !watched.equals(mark);
      watching = false;
      if (moved) {
        return "*-1\r\n";
      }
      var replies = new StringBuilder("*" + requests.size() + "\r\n");
      for (List<String> each : requests) {
        replies.append(answer(each.getFirst().toUpperCase(Locale.ROOT), each));
      }
      return replies.toString();
    }

    private String answer(String name, List<String> request) {
      return switch (name) {
        case "PING" -> "+PONG\r\n";
        case "INFO" -> bulk(info());
        case "GET" -> mark.isEmpty() ? "$-1\r\n" : bulk(mark);
        case "SET" -> {
          mark = request.get(2);
          yield "+OK\r\n";
        }
        case "EVAL" -> {
          mark = request.get(4);
          yield "+OK\r\n";
        }
        case "CONFIG" -> config(request);
        case "REPLICAOF", "SLAVEOF" -> replicaOf(request.get(1), request.get(2));
        case "CLIENT" ->
            switch (request.get(1).toUpperCase(Locale.ROOT)) {
              case "ID" -> ":" + id + "\r\n";
              case "KILL" -> ":0\r\n";
              case "LIST" -> bulk("");
              default -> "+OK\r\n";
            };
        default -> "+OK\r\n";
      };
    }

    private String config(List<String> request) {
      if (request.size() < 3) {
        return "+OK\r\n"; // REWRITE
      }
      String key = request.get(2);
      if (request.size() > 3) {
        settings.put(key, request.get(3));
        return "+OK\r\n";
      }
      return "*2\r\n" + bulk(key) + bulk(settings.getOrDefault(key, ""));
    }
  }

  private static String bulk(String text) {
    return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
  }

  private String replicaOf(String toHost, String toPort) {
    if (toHost.equalsIgnoreCase("NO")) {
      if (!upstream.isEmpty()) {
        formerHistory = history;
        history = hex();
        upstream = "";
      }
    } else {
      upstream = toHost + ":" + toPort;
    }
    return "+OK\r\n";
  }

  private String info() {
    ScriptedNode primary = upstream.isEmpty() ? null : fleet.get(upstream);
    boolean up = primary != null && primary.isPrimary();
    if (primary != null && up) {
      ScriptedNode followed = primary;
      history = followed.history;
      mark = followed.mark;
    }
    long followers =
        upstream.isEmpty()
            ? fleet.values().stream().filter(n -> n.upstream.equals(address()) && n.alive).count()
            : 0;
    int colon = upstream.lastIndexOf(':');
    String replication =
        upstream.isEmpty()
            ? "role:master\r\n"
            : "role:slave\r\nmaster_host:"
                + upstream.substring(0, colon)
                + "\r\nmaster_port:"
                + upstream.substring(colon + 1)
                + "\r\nmaster_link_status:"
                + (up ? "up" : "down")
                + "\r\nmaster_last_io_seconds_ago:"
                + (up ? "0" : "-1")
                + "\r\nmaster_sync_in_progress:0\r\nslave_repl_offset:1000\r\n"
                + "slave_priority:100\r\n";
    return "redis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:"
        + runId
        + "\r\nuptime_in_seconds:"
        + (System.nanoTime() - startedNanos) / 1_000_000_000L
        + "\r\nconnected_clients:3\r\nloading:0\r\nsync_full:1\r\nsync_partial_ok:0\r\n"
        + replication
        + "connected_slaves:"
        + followers
        + "\r\nmaster_replid:"
        + history
        + "\r\nmaster_replid2:"
        + formerHistory
        + "\r\nmaster_repl_offset:1000\r\nsecond_repl_offset:"
        + (formerHistory.equals(NO_HISTORY) ? -1 : 1001)
        + "\r\n# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n";
  }

  /** Dies: its port refuses, and its connections end. */
  void kill() throws IOException {
    alive = false;
    listening.close();
    for (Socket each : connections) {
      each.close();
    }
  }

  @Override
  public void close() throws IOException {
    kill();
  }
}
