package io.understudy.bench.chaos;

import java.util.List;
import java.util.stream.Stream;

/**
 * One machine of the small network.
 *
 * @param name its namespace; clients live in this program's own
 * @param ip its address
 */
record Host(String name, String ip) {
  private static final String NETWORK = "10.77.0.";
  private static final int NUMBER = 3;

  /** The servers of the group. */
  static final List<Host> NODES = three("node", 10);

  /** The keepers with their proxies, or the Sentinels. */
  static final List<Host> KEEPERS = three("keeper", 20);

  /** The ensemble of ZooKeeper. */
  static final List<Host> ZOOKEEPERS = three("zookeeper", 30);

  /** Where the writers are: the first lot stands beside the first keeper, and so on. */
  static final List<Host> CLIENTS = three("client", 200);

  /** Whoever looks and commands; it is never cut off. */
  static final Host OVERSEER = new Host("overseer", NETWORK + "1");

  /** All that have a namespace of their own. */
  static List<Host> machines() {
    return Stream.of(NODES, KEEPERS, ZOOKEEPERS).flatMap(List::stream).toList();
  }

  boolean isClient() {
    return CLIENTS.contains(this);
  }

  private static List<Host> three(String kind, int first) {
    return Stream.iterate(1, i -> i + 1)
        .limit(NUMBER)
        .map(i -> new Host(kind + i, NETWORK + (first + i)))
        .toList();
  }
}
