package io.understudy.bench.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Does what schedules say, and heals. Not thread-safe. */
final class Injector {
  private static final int IN_FAILOVER_MILLIS = 900;
  private static final int QUORUM = 2;

  /** Less than the writers send, and than replicas are sent. */
  private static final int PRIMARY_KILOBITS = 400;

  /** A few times what sessions and leases need, so that some of it is late and some lost. */
  private static final int ZOOKEEPER_KILOBITS = 100;

  private final Network network;
  private final Nodes nodes;
  private final Subject subject;
  private final Consumer<String> story;

  /** {@code story} gets a sentence for each thing done. */
  Injector(Network network, Nodes nodes, Subject subject, Consumer<String> story) {
    this.network = network;
    this.nodes = nodes;
    this.subject = subject;
    this.story = story;
  }

  /** Adds a sentence to the story. */
  void tell(String sentence) {
    story.accept(sentence);
  }

  /** Injects one fault into things as they are now. */
  void inject(Fault fault, Random random) throws IOException {
    Daemon primary = nodes.primary().orElse(any(nodes.all(), random));
    Daemon replica = any(nodes.others(primary), random);
    story.accept(fault.text() + ", the primary being " + primary);
    switch (fault) {
      case SWITCHOVER -> subject.switchover();
      case PRIMARY_KILL -> primary.kill();
      case PRIMARY_FREEZE -> primary.freeze();
      case PRIMARY_CUT -> network.divide(List.of(primary.host()), allBut(primary.host()));
      case PRIMARY_DEAF -> network.cutOneWay(allBut(primary.host()), List.of(primary.host()));
      case PRIMARY_MUTE -> network.cutOneWay(List.of(primary.host()), allBut(primary.host()));
      case PRIMARY_EMPTY -> Nodes.restartEmpty(primary);
      case PRIMARY_STALE -> Nodes.restartStale(primary);
      case PRIMARY_DISK_FULL -> Nodes.fillDisk(primary);
      case REPLICATION_CUT ->
          network.divide(
              List.of(primary.host()), nodes.others(primary).stream().map(Daemon::host).toList());
      case REPLICA_KILL -> told(replica).kill();
      case REPLICA_FREEZE -> told(replica).freeze();
      case REPLICA_CUT -> network.divide(List.of(told(replica).host()), allBut(replica.host()));
      case REPLICA_EMPTY -> Nodes.restartEmpty(told(replica));
      case REPLICA_STALE_THEN_PRIMARY_KILL -> {
        Nodes.restartStale(told(replica));
        pause(random.nextInt(IN_FAILOVER_MILLIS));
        primary.kill();
      }
      case SERVERS_RESTART -> {
        for (Daemon node : nodes.all()) {
          node.terminate();
        }
      }
      case MINORITY_SIDE -> minoritySide(primary, random);
      case KEEPER_KILL -> told(leader(random)).kill();
      case KEEPER_FREEZE -> told(leader(random)).freeze();
      case KEEPER_BLIND ->
          network.divide(List.of(told(leader(random)).host()), List.of(primary.host()));
      case KEEPERS_BLIND -> network.divide(Host.KEEPERS, List.of(primary.host()));
      case KEEPER_KILL_IN_FAILOVER -> leaderInFailover(primary, random).kill();
      case KEEPER_FREEZE_IN_FAILOVER -> leaderInFailover(primary, random).freeze();
      case ZOOKEEPER_CUT -> network.divide(List.of(told(leader(random)).host()), Host.ZOOKEEPERS);
      case ZOOKEEPER_LEADER_KILL -> told(zookeeperLeader(random)).kill();
      case ZOOKEEPER_LEADER_FREEZE -> told(zookeeperLeader(random)).freeze();
      case PRIMARY_SLOW -> network.slow(primary.host(), PRIMARY_KILOBITS);
      case ZOOKEEPER_LEADER_SLOW ->
          network.slow(told(zookeeperLeader(random)).host(), ZOOKEEPER_KILOBITS);
      case ZOOKEEPER_QUORUM_KILL -> {
        for (Daemon member : subject.zookeepers().subList(0, QUORUM)) {
          member.kill();
        }
      }
    }
  }

  /** The primary is killed; some part of a second later it is this keeper's turn. */
  private Daemon leaderInFailover(Daemon primary, Random random) throws IOException {
    Daemon leader = told(leader(random));
    primary.kill();
    pause(random.nextInt(IN_FAILOVER_MILLIS));
    return leader;
  }

  private void minoritySide(Daemon primary, Random random) throws IOException {
    int side = random.nextInt(Host.KEEPERS.size());
    List<Host> here = List.of(primary.host(), Host.KEEPERS.get(side), Host.CLIENTS.get(side));
    story.accept("on the small side: " + here.stream().map(Host::name).toList());
    List<Host> there = new ArrayList<>(Host.machines());
    there.addAll(Host.CLIENTS);
    there.removeAll(here);
    network.divide(here, there);
  }

  private Daemon told(Daemon victim) {
    story.accept("the victim: " + victim);
    return victim;
  }

  private Daemon leader(Random random) {
    return subject.leader().orElse(any(subject.keepers(), random));
  }

  private Daemon zookeeperLeader(Random random) {
    return subject.zookeeperLeader().orElse(any(subject.zookeepers(), random));
  }

  private static Daemon any(List<Daemon> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static List<Host> allBut(Host one) {
    List<Host> others = new ArrayList<>(Host.machines());
    others.addAll(Host.CLIENTS);
    others.remove(one);
    return others;
  }

  /** Starts what has ended by itself since the healing: a full disk may take a server along. */
  void revive() throws IOException {
    for (Daemon daemon : nodes.all()) {
      daemon.start();
    }
  }

  /** Undoes everything: all cuts, all stops, all deaths. */
  void heal() throws IOException {
    story.accept("healed");
    network.heal();
    for (Daemon daemon : subject.zookeepers()) {
      daemon.thaw();
      daemon.start();
    }
    for (Daemon daemon : subject.keepers()) {
      daemon.thaw();
      daemon.start();
    }
    nodes.heal();
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(millis * 1_000_000L);
  }
}
