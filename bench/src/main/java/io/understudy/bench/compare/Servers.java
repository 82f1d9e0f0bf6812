package io.understudy.bench.compare;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts Redis and what is compared in front of it, each with one thread, all on free ports. */
final class Servers {
  private static final Duration START_DEADLINE = Duration.ofSeconds(30);

  /**
   * Its default of 16 KB costs twemproxy half as much processor time again, because it copies the
   * rest of a buffer behind every request of a pipeline; of 512 B to 16 KB this is the best.
   */
  private static final int TWEMPROXY_BUFFER_BYTES = 4096;

  private final Children children;
  private final CompareOptions options;

  Servers(Children children, CompareOptions options) {
    this.children = children;
    this.options = options;
  }

  /** Starts all of them; direct Redis is the first. */
  List<Target> startAll() throws IOException {
    Target redis = redis();
    List<Target> targets = new ArrayList<>();
    targets.add(redis);
    targets.add(haproxy(redis.port()));
    if (!options.resp3) {
      targets.add(twemproxy(redis.port()));
    }
    for (Map.Entry<String, String> peer : options.peers.entrySet()) {
      targets.add(running(peer.getKey(), peer.getValue()));
    }
    if (!options.peersOnly) {
      targets.add(understudy(redis.port()));
    }
    return targets;
  }

  private Target redis() throws IOException {
    int port = options.redisPort == 0 ? Children.freePort() : options.redisPort;
    RedisProcess redis = RedisProcess.start(children, port);
    return new Target("direct", redis.port(), redis.pid(), Target.Kind.DIRECT);
  }

  /** A proxy that somebody else started. */
  private static Target running(String name, String portAndPid) throws IOException {
    int colon = portAndPid.indexOf(':');
    try {
      int port = Integer.parseInt(portAndPid.substring(0, Math.max(0, colon)));
      long pid = Long.parseLong(portAndPid.substring(colon + 1));
      if (!Children.answers(port)) {
        throw new IOException("--peer " + name + ": nothing on port " + port + " answers a PING");
      }
      return new Target(name, port, pid, Target.Kind.PEER);
    } catch (NumberFormatException e) {
      throw new IOException(
          "--peer " + name + "=" + portAndPid + ": give NAME=PORT:PID, as in predixy=7617:4711", e);
    }
  }

  private Target haproxy(int redisPort) throws IOException {
    int port = Children.freePort();
    Path file = children.directory().resolve("haproxy.cfg");
    Files.writeString(
        file,
        """
        global
          nbthread 1
          maxconn 4000
        defaults
          mode tcp
          timeout connect 5s
          timeout client 10m
          timeout server 10m
        listen redis
          bind 127.0.0.1:%d
          server redis 127.0.0.1:%d
        """
            .formatted(port, redisPort));
    return peer("haproxy", port, List.of("haproxy", "-db", "-f", file.toString()));
  }

  private Target twemproxy(int redisPort) throws IOException {
    int port = Children.freePort();
    Path file = children.directory().resolve("nutcracker.yml");
    Files.writeString(
        file,
        """
        bench:
          listen: 127.0.0.1:%d
          redis: true
          hash: fnv1a_64
          distribution: ketama
          auto_eject_hosts: false
          servers:
            - 127.0.0.1:%d:1
        """
            .formatted(port, redisPort));
    return peer(
        "twemproxy",
        port,
        List.of(
            "nutcracker",
            "-c",
            file.toString(),
            "-a",
            "127.0.0.1",
            "-m",
            Integer.toString(TWEMPROXY_BUFFER_BYTES),
            "-s",
            Integer.toString(Children.freePort())));
  }

  private Target understudy(int redisPort) throws IOException {
    UnderstudyRun run =
        UnderstudyRun.configure(
            children.directory().resolve("understudy"), redisPort, options.threads, "");
    Process process = run.start(children, "understudy", options.jvmOptions);
    children.awaitServing("understudy", process, run.port(), START_DEADLINE);
    return new Target("understudy", run.port(), process.pid(), Target.Kind.UNDERSTUDY);
  }

  private Target peer(String name, int port, List<String> command) throws IOException {
    Process process = children.start(name, command);
    children.awaitServing(name, process, port, START_DEADLINE);
    return new Target(name, port, process.pid(), Target.Kind.PEER);
  }
}
