package io.understudy.bench.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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

  /** Nothing that one sends arrives at the other; the other direction stays. */
  void cutOneWay(Host from, Host to) throws IOException {
    if ((from.isClient() && to.isClient()) || !cuts.add(new Way(from, to))) {
      return;
    }
    if (from.isClient()) {
      Shell.run("ip", "rule", "add", "from", from.ip(), "to", to.ip(), "blackhole");
    } else {
      Shell.run(
          "ip",
          "-n",
          from.name(),
          "neigh",
          "replace",
          to.ip(),
          "lladdr",
          NOWHERE,
          "dev",
          "eth0",
          "nud",
          "permanent");
    }
  }

  /** Cuts both directions. */
  void cut(Host one, Host other) throws IOException {
    cutOneWay(one, other);
    cutOneWay(other, one);
  }

  /** Cuts every pair of one from each side. */
  void divide(List<Host> here, List<Host> there) throws IOException {
    for (Host one : here) {
      for (Host other : there) {
        cut(one, other);
      }
    }
  }

  /** Mends all cuts. */
  void heal() throws IOException {
    for (Way cut : cuts) {
      if (cut.from().isClient()) {
        Shell.run("ip", "rule", "del", "from", cut.from().ip(), "to", cut.to().ip(), "blackhole");
      } else {
        Shell.run("ip", "-n", cut.from().name(), "neigh", "del", cut.to().ip(), "dev", "eth0");
      }
    }
    cuts.clear();
  }
}
