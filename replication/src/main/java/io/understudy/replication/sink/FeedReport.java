package io.understudy.replication.sink;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a feed answers to those who ask about it, in the words of a primary. */
final class FeedReport {
  /** Words for all sections. */
  private static final Set<String> WHOLE = Set.of("all", "default", "everything");

  private final FeedServer server;

  FeedReport(FeedServer server) {
    this.server = server;
  }

  /**
   * The reply to INFO.
   *
   * @param sections those that were asked for; none for all
   */
  String info(List<String> sections) {
    Set<String> wanted = new HashSet<>();
    sections.forEach(section -> wanted.add(section.toLowerCase(Locale.ROOT)));
    boolean all = wanted.isEmpty() || !Collections.disjoint(wanted, WHOLE);
    List<String> parts = new ArrayList<>();
    if (all || wanted.contains("server")) {
      parts.add(serverSection());
    }
    if (all || wanted.contains("persistence")) {
      parts.add("# Persistence\r\nloading:0\r\n");
    }
    if (all || wanted.contains("replication")) {
      parts.add(replicationSection());
    }
    return String.join("\r\n", parts);
  }

  private String serverSection() {
    StringBuilder text = new StringBuilder("# Server\r\n");
    server.gate().versionLines().forEach(line -> text.append(line).append("\r\n"));
    line(text, "redis_mode", "standalone");
    line(text, "understudy_feed", "yes");
    line(text, "run_id", server.runId());
    line(text, "tcp_port", server.port());
    return text.toString();
  }

  private String replicationSection() {
    StringBuilder text = new StringBuilder("# Replication\r\n");
    Backlog backlog = server.backlog();
    line(text, "role", "master");
    List<Downstream> replicas = server.replicas();
    line(text, "connected_slaves", replicas.size());
    for (int i = 0; i < replicas.size(); i++) {
      line(text, "slave" + i, replica(replicas.get(i)));
    }
    line(text, "master_replid", server.replicationId());
    line(text, "master_replid2", "0".repeat(40));
    line(text, "master_repl_offset", backlog.end());
    line(text, "second_repl_offset", -1);
    line(text, "repl_backlog_active", 1);
    line(text, "repl_backlog_size", backlog.capacity());
    line(text, "repl_backlog_first_byte_offset", backlog.start() + 1);
    line(text, "repl_backlog_histlen", backlog.end() - backlog.start());
    line(text, "sync_full", server.counters().fullResyncs());
    line(text, "sync_partial_ok", server.counters().partialResyncs());
    return text.toString();
  }

  private static String replica(Downstream replica) {
    return "ip="
        + host(replica)
        + ",port="
        + replica.conversation().listeningPort()
        + ",state="
        + state(replica)
        + ",offset="
        + replica.acknowledged()
        + ",lag="
        + replica.acknowledgedSecondsAgo();
  }

  private static String host(Downstream replica) {
    String told = replica.conversation().address();
    String name = replica.name();
    int colon = name.lastIndexOf(':');
    return told.isEmpty() && colon > 0 ? name.substring(0, colon) : told;
  }

  private static String state(Downstream replica) {
    return switch (replica.phase()) {
      case WAITING -> "wait_bgsave";
      case RECEIVING -> "send_bulk";
      case TALKING, ASKED, GATED, STREAMING, GONE -> "online";
    };
  }

  /** The reply to ROLE. */
  String role() {
    List<Downstream> replicas =
        server.replicas().stream().filter(r -> r.phase() == Downstream.Phase.STREAMING).toList();
    StringBuilder reply = new StringBuilder("*3\r\n$6\r\nmaster\r\n");
    reply.append(':').append(server.backlog().end()).append("\r\n");
    reply.append('*').append(replicas.size()).append("\r\n");
    for (Downstream replica : replicas) {
      reply.append("*3\r\n");
      bulk(reply, host(replica));
      bulk(reply, Integer.toString(replica.conversation().listeningPort()));
      bulk(reply, Long.toString(replica.acknowledged()));
    }
    return reply.toString();
  }

  private static void bulk(StringBuilder reply, String text) {
    reply.append('$').append(text.length()).append("\r\n").append(text).append("\r\n");
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append(name).append(':').append(value).append("\r\n");
  }
}
