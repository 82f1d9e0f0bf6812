package io.understudy.bench.costs;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.Connection;
import io.understudy.testkit.Authority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Starts variants, each with servers of its own, all on free ports. */
final class Subjects {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Twelve keepers that ask ten times a second would be seen in each other's figures. */
  private static final String QUIET = "failover: { pingEvery: 1s, infoEvery: 5s, turnEvery: 1s }";

  private final Children children;
  private final List<String> program;
  private final Certificates certificates;

  /**
   * Nothing starts yet.
   *
   * @param program the words that run Understudy
   */
  Subjects(Children children, List<String> program) {
    this.children = children;
    this.program = List.copyOf(program);
    Authority authority = Authority.in(children.directory());
    Authority.Issued issued = authority.issue("server", "ip:127.0.0.1", "dns:localhost");
    this.certificates =
        new Certificates(authority.certificate(), issued.certificate(), issued.key());
  }

  private record Server(long pid, int port, int tlsPort) {}

  /** Starts one, and waits until it answers a request. */
  Subject start(Variant variant) throws IOException, InterruptedException {
    List<Server> first = new ArrayList<>();
    first.add(server(variant.shown() + "-primary", variant, List.of()));
    if (variant.hasReplica()) {
      String primary = Integer.toString(first.getFirst().port());
      first.add(
          server(
              variant.shown() + "-replica", variant, List.of("--replicaof", "127.0.0.1", primary)));
      awaitLink(first.getLast().port());
    }
    List<Server> all = new ArrayList<>(first);
    if (variant.hasSecondGroup()) {
      all.add(server(variant.shown() + "-second", variant, List.of()));
    }
    int port = Children.freePort();
    int adminPort = Children.freePort();
    Path file = children.directory().resolve(variant.shown() + ".yaml");
    Files.writeString(file, configuration(variant, first, all.getLast(), port, adminPort));
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("run", "-c", file.toString()));
    Process process = children.start(variant.shown(), command);
    List<String> options =
        variant == Variant.TLS_LISTENER
            ? List.of("--tls", "--cacert", certificates.authority().toString())
            : List.of();
    if (variant == Variant.TLS_LISTENER) {
      awaitListening(process, port);
    } else {
      children.awaitServing(variant.shown(), process, port, DEADLINE);
    }
    return new Subject(
        variant,
        port,
        adminPort,
        process.pid(),
        all.stream().map(Server::pid).toList(),
        variant.hasReplica() ? first.getLast().port() : 0,
        options);
  }

  private Server server(String name, Variant variant, List<String> more) throws IOException {
    Path data = Files.createDirectories(children.directory().resolve(name));
    int port = Children.freePort();
    List<String> command =
        new ArrayList<>(List.of("redis-server", "--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
    command.addAll(List.of("--dir", data.toString(), "--repl-diskless-sync-delay", "0"));
    command.addAll(more);
    int tlsPort = 0;
    if (variant == Variant.TLS_SERVER) {
      tlsPort = Children.freePort();
      command.addAll(List.of("--tls-port", Integer.toString(tlsPort)));
      command.addAll(List.of("--tls-cert-file", certificates.certificate().toString()));
      command.addAll(List.of("--tls-key-file", certificates.key().toString()));
      command.addAll(List.of("--tls-ca-cert-file", certificates.authority().toString()));
      command.addAll(List.of("--tls-auth-clients", "no"));
    }
    Process process = children.start(name, command);
    children.awaitServing(name, process, port, DEADLINE);
    return new Server(process.pid(), port, tlsPort);
  }

  private static void awaitLink(int port) throws IOException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    try (Connection to = new Connection(port)) {
      while (!to.call("INFO", "replication").contains("master_link_status:up")) {
        if (System.nanoTime() > end) {
          throw new IOException("the replica is not in sync after " + DEADLINE);
        }
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  /** Over TLS nobody asks PING; redis-benchmark tries for ever where nobody listens. */
  private static void awaitListening(Process process, int port) throws IOException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return;
        }
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IOException("nobody listens on port " + port + ": " + e.getMessage(), e);
        }
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  private String configuration(
      Variant variant, List<Server> first, Server second, int port, int adminPort) {
    List<String> lines = new ArrayList<>(List.of("groups:"));
    lines.addAll(group("first", first));
    if (variant == Variant.TLS_SERVER) {
      lines.add("    tls: { ca: " + certificates.authority() + " }");
    }
    if (variant.hasSecondGroup()) {
      lines.addAll(group("second", List.of(second)));
    }
    lines.addAll(List.of("proxy:", "  threads: " + variant.threads()));
    variant.proxyLines().forEach(line -> lines.add("  " + line));
    lines.addAll(List.of("  listeners:", "    - bind: 127.0.0.1:" + port, "      group: first"));
    variant.listenerLines(certificates).forEach(line -> lines.add("      " + line));
    lines.add(QUIET.replace("}", ", state: " + variant.shown() + "-state }"));
    lines.add("admin: { bind: 127.0.0.1:" + adminPort + " }");
    return String.join("\n", lines) + "\n";
  }

  private static List<String> group(String name, List<Server> servers) {
    List<String> nodes = new ArrayList<>();
    for (Server server : servers) {
      nodes.add("127.0.0.1:" + (server.tlsPort() == 0 ? server.port() : server.tlsPort()));
    }
    return List.of("  - name: " + name, "    nodes: [" + String.join(", ", nodes) + "]");
  }
}
