package io.understudy.bench.chaos;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What can be done to the processes. Each is undone by the healing at a schedule's end. */
enum Fault {
  SWITCHOVER("a planned change of the primary: not one request may fail, nor a full resync follow"),
  PRIMARY_KILL("kill -9 of the primary"),
  PRIMARY_FREEZE("SIGSTOP of the primary"),
  PRIMARY_CUT("the primary reaches nobody, and nobody it"),
  PRIMARY_DEAF("nothing that is sent to the primary arrives"),
  PRIMARY_MUTE("nothing that the primary sends arrives"),
  PRIMARY_EMPTY("kill -9 of the primary, which starts again at once without its data"),
  PRIMARY_STALE("kill -9 of the primary, which starts again at once on its last file"),
  PRIMARY_DISK_FULL("the primary's disk is full"),
  REPLICATION_CUT("primary and replicas do not reach each other; everybody else does"),
  REPLICA_KILL("kill -9 of a replica"),
  REPLICA_FREEZE("SIGSTOP of a replica"),
  REPLICA_CUT("a replica reaches nobody"),
  REPLICA_EMPTY("kill -9 of a replica, which starts again at once without its data"),
  REPLICA_STALE_THEN_PRIMARY_KILL("a replica starts again on an old file, then the primary dies"),
  SERVERS_RESTART("SIGTERM of all servers at once; they start again at the healing"),
  MINORITY_SIDE("the primary with one keeper and its clients is cut off from all others"),
  KEEPER_KILL("kill -9 of the keeper that acts, with its proxy"),
  KEEPER_FREEZE("SIGSTOP of the keeper that acts, with its proxy"),
  KEEPER_BLIND("the keeper that acts does not reach the primary; everybody else does"),
  KEEPERS_BLIND("no keeper and no proxy reaches the primary; its replicas do"),
  KEEPER_KILL_IN_FAILOVER("kill -9 of the primary, then of the keeper that acts on it"),
  KEEPER_FREEZE_IN_FAILOVER("the same, but the keeper is only stopped, and wakes up later"),
  ZOOKEEPER_CUT("the keeper that acts does not reach ZooKeeper"),
  ZOOKEEPER_LEADER_KILL("kill -9 of ZooKeeper's leader"),
  ZOOKEEPER_LEADER_FREEZE("SIGSTOP of ZooKeeper's leader"),
  ZOOKEEPER_QUORUM_KILL("kill -9 of two of three ZooKeepers"),
  PRIMARY_SLOW("the primary's network is slow: packets wait, and what is too much is lost"),
  ZOOKEEPER_LEADER_SLOW("the same for the network of ZooKeeper's leader");

  private final String meaning;

  Fault(String meaning) {
    this.meaning = meaning;
  }

  /** As on the command line. */
  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String meaning() {
    return meaning;
  }

  /** Whether it can be done where no ZooKeeper is. */
  boolean needsZookeeper() {
    return name().startsWith("ZOOKEEPER");
  }

  /**
   * Whether writes that were acknowledged before it may be lost where nothing but replication
   * without waiting holds them: the server that had them is replaced.
   */
  boolean replacesPrimary() {
    return switch (this) {
      case PRIMARY_KILL,
          PRIMARY_FREEZE,
          PRIMARY_CUT,
          PRIMARY_DEAF,
          PRIMARY_MUTE,
          PRIMARY_EMPTY,
          PRIMARY_STALE,
          PRIMARY_SLOW,
          REPLICA_STALE_THEN_PRIMARY_KILL,
          SERVERS_RESTART,
          MINORITY_SIDE,
          KEEPERS_BLIND,
          KEEPER_KILL_IN_FAILOVER,
          KEEPER_FREEZE_IN_FAILOVER ->
          true;
      case SWITCHOVER,
          PRIMARY_DISK_FULL,
          REPLICATION_CUT,
          REPLICA_KILL,
          REPLICA_FREEZE,
          REPLICA_CUT,
          REPLICA_EMPTY,
          KEEPER_KILL,
          KEEPER_FREEZE,
          KEEPER_BLIND,
          ZOOKEEPER_CUT,
          ZOOKEEPER_LEADER_KILL,
          ZOOKEEPER_LEADER_FREEZE,
          ZOOKEEPER_QUORUM_KILL,
          ZOOKEEPER_LEADER_SLOW ->
          false;
    };
  }

  /**
   * The fault of a name.
   *
   * @throws IllegalArgumentException in one line, which lists all names
   */
  static Fault named(String text) {
    return Arrays.stream(values())
        .filter(f -> f.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + text + "' is no fault; there are: " + String.join(", ", names())));
  }

  static List<String> names() {
    return Arrays.stream(values()).map(Fault::text).toList();
  }
}
