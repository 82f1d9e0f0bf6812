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

  private final Set<Way> cuts = new LinkedHashSet<>();

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

  /** Mends all cuts. */
  void heal() throws IOException {
    change(List.copyOf(cuts), false);
    cuts.clear();
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
