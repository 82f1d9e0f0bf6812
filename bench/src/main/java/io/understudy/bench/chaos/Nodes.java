package io.understudy.bench.chaos;

import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The three servers. Each has a small disk of its own, saves its data there every few seconds, and
 * reads it when it is started again. Not thread-safe.
 */
final class Nodes {
  static final int PORT = 6379;
  private static final String DISK_BYTES = "48m";
  private static final String FILLER = "filler";
  private static final Duration REPLY_DEADLINE = Duration.ofSeconds(2);

  private final List<Daemon> daemons = new ArrayList<>();

  /**
   * Writes the configurations.
   *
   * @param bootGate whether a server that starts again is a replica of nothing until a keeper
   *     orders otherwise, whatever its configuration file says
   */
  Nodes(Path work, String program, boolean bootGate) throws IOException {
    for (Host host : Host.NODES) {
      Path disk = Files.createDirectories(work.resolve(host.name()));
      Shell.run("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "none", disk.toString());
      Path file = disk.resolve("server.conf");
      Files.writeString(
          file,
          """
          port %d
          bind 0.0.0.0
          protected-mode no
          dir %s
          save 4 1
          repl-diskless-sync-delay 0
          """
              .formatted(PORT, disk));
      if (!host.equals(Host.NODES.getFirst())) {
        Files.writeString(
            file,
            Files.readString(file) + "replicaof " + Host.NODES.getFirst().ip() + " " + PORT + "\n");
      }
      if (hidesDebug(program)) {
        Files.writeString(file, Files.readString(file) + "enable-debug-command yes\n");
      }
      daemons.add(
          new Daemon(
              host,
              List.of(program, file.toString()),
              bootGate ? List.of("--replicaof", "127.0.0.1", "0") : List.of(),
              disk,
              work.resolve(host.name() + ".log")));
    }
  }

  /** DEBUG DIGEST, with which data is compared, is off in newer servers. */
  private static boolean hidesDebug(String program) {
    return !program.contains("redis-6.");
  }

  void start() throws IOException {
    for (Daemon daemon : daemons) {
      daemon.start();
    }
  }

  List<Daemon> all() {
    return daemons;
  }

  /** The one that says it is primary, if exactly one of those that answer does. */
  Optional<Daemon> primary() {
    List<Daemon> primaries =
        daemons.stream().filter(d -> "master".equals(info(d.host()).get("role"))).toList();
    return primaries.size() == 1 ? Optional.of(primaries.getFirst()) : Optional.empty();
  }

  /** The one with the most keys. */
  Host fullest() {
    return Host.NODES.stream().max(Comparator.comparingLong(Nodes::keys)).orElseThrow();
  }

  private static long keys(Host host) {
    try (RespClient client = connect(host)) {
      return client.call("DBSIZE") instanceof Reply.Whole(long keys) ? keys : -1;
    } catch (IOException e) {
      return -1;
    }
  }

  /** All but one. */
  List<Daemon> others(Daemon one) {
    return daemons.stream().filter(d -> !d.equals(one)).toList();
  }

  /**
   * What keeps the servers from being one primary with replicas that hold the same, if anything.
   */
  Optional<String> flaw() {
    return flawOfRoles().or(this::differentData);
  }

  /** What keeps them from being one primary with replicas in sync, if anything. */
  Optional<String> flawOfRoles() {
    Map<Daemon, Map<String, String>> all = new HashMap<>();
    daemons.forEach(d -> all.put(d, info(d.host())));
    List<Daemon> primaries =
        daemons.stream()
            .filter(d -> "master".equals(all.getOrDefault(d, Map.of()).get("role")))
            .toList();
    if (primaries.size() != 1) {
      return Optional.of(
          primaries.size()
              + " of 3 servers say that they are primary "
              + primaries
              + ", "
              + all.values().stream().filter(Map::isEmpty).count()
              + " do not answer");
    }
    Daemon primary = primaries.getFirst();
    for (Daemon replica : others(primary)) {
      Map<String, String> info = all.getOrDefault(replica, Map.of());
      if (!primary.host().ip().equals(info.get("master_host"))) {
        return Optional.of(replica + " follows " + info.get("master_host") + ", not " + primary);
      }
      if (!"up".equals(info.get("master_link_status"))) {
        return Optional.of(replica + "'s link to " + primary + " is not up");
      }
    }
    return Optional.empty();
  }

  private Optional<String> differentData() {
    Map<String, String> digests = new LinkedHashMap<>();
    for (Daemon daemon : daemons) {
      digests.put(daemon.toString(), digest(daemon.host()));
    }
    return digests.values().stream().distinct().count() == 1
        ? Optional.empty()
        : Optional.of("the servers' data differs: " + digests);
  }

  private static String digest(Host host) {
    try (RespClient client = connect(host)) {
      return client.call("DEBUG", "DIGEST") instanceof Reply.Text(String digest) ? digest : "?";
    } catch (IOException e) {
      return "?";
    }
  }

  /** How many full resyncs the servers have served since they were started, all together. */
  long fullResyncs() {
    return daemons.stream()
        .mapToLong(d -> Long.parseLong(info(d.host(), "stats").getOrDefault("sync_full", "0")))
        .sum();
  }

  /** The fields of INFO replication; empty when it does not answer. */
  static Map<String, String> info(Host host) {
    return info(host, "replication");
  }

  private static Map<String, String> info(Host host, String section) {
    Map<String, String> fields = new HashMap<>();
    try (RespClient client = connect(host)) {
      if (client.call("INFO", section) instanceof Reply.Text(String text)) {
        text.lines()
            .map(line -> line.split(":", 2))
            .filter(pair -> pair.length == 2)
            .forEach(pair -> fields.put(pair[0], pair[1].strip()));
      }
    } catch (IOException e) {
      fields.clear();
    }
    return fields;
  }

  /** A connection of the overseer's, which no cut touches. */
  static RespClient connect(Host host) throws IOException {
    return new RespClient(
        new Address(host.ip(), PORT), Host.OVERSEER.ip(), REPLY_DEADLINE, REPLY_DEADLINE);
  }

  /** Kills it and starts it again at once, without its data. */
  static void restartEmpty(Daemon node) throws IOException {
    node.kill();
    try (Stream<Path> files = Files.list(node.folder())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".rdb")).toList()) {
        Files.delete(file);
      }
    }
    node.start();
  }

  /** Kills it and starts it again at once, on what it saved last. */
  static void restartStale(Daemon node) throws IOException {
    node.kill();
    node.start();
  }

  /** Leaves no byte free on its disk. */
  static void fillDisk(Daemon node) throws IOException {
    Path filler = node.folder().resolve(FILLER);
    byte[] block = new byte[1 << 16];
    try (var out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      if (!Files.exists(filler)) {
        throw full;
      }
    }
  }

  /** Lets all run, on disks with room. */
  void heal() throws IOException {
    for (Daemon daemon : daemons) {
      Files.deleteIfExists(daemon.folder().resolve(FILLER));
      daemon.thaw();
      daemon.start();
    }
  }
}
