package io.understudy.bench.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The machines' network: one bridge in this program's own namespace, which {@code chaos/run} made,
 * and one namespace for each machine. All of it ends with this program. Not thread-safe.
 *
 * <p>A cut has one direction, and is silent: the sender's neighbour entry for the receiver gets an
 * address that nobody has, so packets leave and arrive nowhere. It needs no packet filter.
 */
final class Network {
  private static final String NOWHERE = "02:00:00:00:00:01";

  /** From one machine to another. */
  private record Way(Host from, Host to) {}

  /** How long packets wait at most behind others; those that would have to wait longer are lost. */
  private static final String LONGEST_WAIT = "250ms";

  private static final String BURST_BYTES = "3000";

  private final Set<Way> cuts = new LinkedHashSet<>();
  private final Set<Host> slowed = new LinkedHashSet<>();

  /** Makes bridge and namespaces. */
  static Network up() throws IOException {
    Shell.run("mkdir", "-p", "/run/netns");
    Shell.run("mount", "-t", "tmpfs", "none", "/run/netns");
    Shell.run("ip", "link", "set", "lo", "up");
    Shell.run("ip", "link", "add", "bridge0", "type", "bridge");
    Shell.run("ip", "link", "set", "bridge0", "up");
    List<Host> here = new ArrayList<>(List.of(Host.OVERSEER));
    here.addAll(Host.CLIENTS);
    for (Host host : here) {
      Shell.run("ip", "addr", "add", host.ip() + "/24", "dev", "bridge0");
    }
    for (Host host : Host.machines()) {
      String name = host.name();
      Shell.run("ip", "netns", "add", name);
      Shell.run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
      Shell.run("ip", "link", "set", name, "master", "bridge0", "up");
      Shell.run("ip", "-n", name, "addr", "add", host.ip() + "/24", "dev", "eth0");
      Shell.run("ip", "-n", name, "link", "set", "eth0", "up");
      Shell.run("ip", "-n", name, "link", "set", "lo", "up");
    }
    return new Network();
  }

  /** Nothing that one of {@code from} sends arrives at {@code to}; the other direction stays. */
  void cutOneWay(List<Host> from, List<Host> to) throws IOException {
    List<Way> made = new ArrayList<>();
    for (Host one : from) {
      for (Host other : to) {
        Way way = new Way(one, other);
        if (!(one.isClient() && other.isClient()) && cuts.add(way)) {
          made.add(way);
        }
      }
    }
    change(made, true);
  }

  /** Cuts every pair of one from each side, in both directions. */
  void divide(List<Host> here, List<Host> there) throws IOException {
    cutOneWay(here, there);
    cutOneWay(there, here);
  }

  /** Lets no more than so much pass to a machine, and no more from it. */
  void slow(Host host, int kilobits) throws IOException {
    if (slowed.add(host)) {
      String limits =
          " root tbf rate " + kilobits + "kbit burst " + BURST_BYTES + " latency " + LONGEST_WAIT;
      queue(host, "add", limits);
    }
  }

  /** Mends all cuts, and makes slow machines quick again. */
  void heal() throws IOException {
    change(List.copyOf(cuts), false);
    cuts.clear();
    for (Host host : slowed) {
      queue(host, "del", " root");
    }
    slowed.clear();
  }

  /** Changes both ends of a machine's cable: each holds back what is sent there. */
  private static void queue(Host host, String change, String rest) throws IOException {
    Shell.feed("qdisc " + change + " dev " + host.name() + rest + "\n", "tc", "-batch", "-");
    Shell.feed(
        "qdisc " + change + " dev eth0" + rest + "\n", "tc", "-n", host.name(), "-batch", "-");
  }

  /** One run of the program for each machine: on a busy machine each takes a while. */
  private static void change(List<Way> ways, boolean cut) throws IOException {
    Map<String, StringBuilder> lines = new LinkedHashMap<>();
    for (Way way : ways) {
      boolean client = way.from().isClient();
      lines
          .computeIfAbsent(client ? "" : way.from().name(), name -> new StringBuilder())
          .append(client ? rule(way, cut) : neighbour(way, cut))
          .append('\n');
    }
    for (var entry : lines.entrySet()) {
      String text = entry.getValue().toString();
      if (entry.getKey().isEmpty()) {
        Shell.feed(text, "ip", "-batch", "-");
      } else {
        Shell.feed(text, "ip", "-n", entry.getKey(), "-batch", "-");
      }
    }
  }

  private static String rule(Way way, boolean cut) {
    return "rule "
        + (cut ? "add" : "del")
        + " from "
        + way.from().ip()
        + " to "
        + way.to().ip()
        + " blackhole";
  }

  private static String neighbour(Way way, boolean cut) {
    return cut
        ? "neigh replace " + way.to().ip() + " lladdr " + NOWHERE + " dev eth0 nud permanent"
        : "neigh del " + way.to().ip() + " dev eth0";
  }
}
