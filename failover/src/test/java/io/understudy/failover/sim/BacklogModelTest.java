package io.understudy.failover.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.Upstream;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Role;
import java.util.ArrayList;
import java.util.List;

/** A simulated server's history and backlog do what those of real servers do. */
class BacklogModelTest {
  private static final long SECOND = 1_000_000_000L;

  /** A primary, and one server that may follow it. */
  private interface Pair {
    String history();

    boolean hasFormerHistory();

    long offset();

    boolean hasBacklog();

    void write();

    void follow();

    void leave();

    void awaitFreedBacklog();

    /** It starts again from a file, as a replica of nothing, and is promoted. */
    void restartAndPromote();
  }

  @EachServer
  void shouldTakeNewHistoriesWhenRealServersDo(ServerVersion version) {
    List<String> real = new ArrayList<>();
    try (var primary = RedisServer.start(version, "--repl-diskless-sync-delay", "0");
        var other = RedisServer.start(version)) {
      play(new RealPair(primary, other), real);
    }
    List<String> simulated = new ArrayList<>();
    play(new SimulatedPair(), simulated);

    assertThat(simulated).isEqualTo(real);
    assertThat(real)
        .containsExactly(
            "alone: backlog false, former false",
            "a write alone: same history, offset stands",
            "a replica follows: new history, backlog true, former false",
            "a write: same history, offset grows",
            "nobody follows for long: new history, backlog false, former false",
            "a replica follows: new history, backlog true, former false",
            "started again and promoted: new history, backlog false, former true",
            "a replica follows: new history, backlog true, former false");
  }

  private static void play(Pair pair, List<String> seen) {
    seen.add("alone: " + state(pair));
    String before = pair.history();
    long offset = pair.offset();
    pair.write();
    seen.add("a write alone: " + since(pair, before) + ", offset " + moved(pair, offset));
    attach(pair, seen);
    before = pair.history();
    offset = pair.offset();
    pair.write();
    seen.add("a write: " + since(pair, before) + ", offset " + moved(pair, offset));
    pair.leave();
    pair.awaitFreedBacklog();
    seen.add("nobody follows for long: " + since(pair, before) + ", " + state(pair));
    attach(pair, seen);
    pair.leave();
    before = pair.history();
    pair.restartAndPromote();
    seen.add("started again and promoted: " + since(pair, before) + ", " + state(pair));
    attach(pair, seen);
  }

  private static void attach(Pair pair, List<String> seen) {
    String before = pair.history();
    pair.follow();
    seen.add("a replica follows: " + since(pair, before) + ", " + state(pair));
  }

  private static String state(Pair pair) {
    return "backlog " + pair.hasBacklog() + ", former " + pair.hasFormerHistory();
  }

  private static String since(Pair pair, String before) {
    return pair.history().equals(before) ? "same history" : "new history";
  }

  private static String moved(Pair pair, long offset) {
    return pair.offset() > offset ? "grows" : "stands";
  }

  private record RealPair(RedisServer primary, RedisServer other) implements Pair {
    @Override
    public String history() {
      return primary.info("master_replid");
    }

    @Override
    public boolean hasFormerHistory() {
      return !primary.info("master_replid2").matches("0+");
    }

    @Override
    public long offset() {
      return Long.parseLong(primary.info("master_repl_offset"));
    }

    @Override
    public boolean hasBacklog() {
      return primary.info("repl_backlog_active").equals("1");
    }

    @Override
    public void write() {
      primary.command("INCR", "key");
    }

    @Override
    public void follow() {
      other.command("REPLICAOF", "127.0.0.1", Integer.toString(primary.address().port()));
      other.awaitLinkUp();
    }

    @Override
    public void leave() {
      other.command("REPLICAOF", "NO", "ONE");
      Eventually.holds("nobody follows", () -> primary.info("connected_slaves").equals("0"));
    }

    @Override
    public void awaitFreedBacklog() {
      primary.command("CONFIG", "SET", "repl-backlog-ttl", "1");
      Eventually.holds("the backlog is freed", () -> !hasBacklog());
      primary.command("CONFIG", "SET", "repl-backlog-ttl", "3600");
    }

    @Override
    public void restartAndPromote() {
      primary.save();
      primary.kill9();
      primary.alwaysStartWith("--replicaof", "127.0.0.1", "0");
      primary.restartWithData();
      primary.command("REPLICAOF", "NO", "ONE");
    }
  }

  private static final class SimulatedPair implements Pair {
    private final World world;
    private final SimServer primary;
    private final SimServer other;

    SimulatedPair() {
      long seed = 1;
      World drawn = new World(Simulation.Setting.real(), seed, false);
      while (drawn.backlogTtlNanos > 60 * SECOND) {
        drawn = new World(Simulation.Setting.real(), ++seed, false);
      }
      world = drawn;
      primary = world.servers.getFirst();
      other = world.servers.getLast();
      primary.boot(new Dataset(), world.newReplId(), 0, Role.PRIMARY, "", 0);
      other.boot(new Dataset(), world.newReplId(), 0, Role.PRIMARY, "", 0);
    }

    private void pass(long nanos) {
      world.time.runUntil(world.time.nowNanos() + nanos);
    }

    @Override
    public String history() {
      return primary.replId;
    }

    @Override
    public boolean hasFormerHistory() {
      return !primary.formerReplId.equals(SimServer.NO_ID);
    }

    @Override
    public long offset() {
      return primary.offset;
    }

    @Override
    public boolean hasBacklog() {
      return primary.hasBacklog;
    }

    @Override
    public void write() {
      primary.execute(new Dataset.Command.Write(world.clients.newId()));
    }

    @Override
    public void follow() {
      other.replicaOf(primary.address.host(), primary.address.port());
      pass(SECOND);
    }

    @Override
    public void leave() {
      other.replicaOfNoOne();
    }

    @Override
    public void awaitFreedBacklog() {
      pass(world.backlogTtlNanos + 2 * SECOND);
    }

    @Override
    public void restartAndPromote() {
      primary.kill();
      primary.upstreamHost = Upstream.GATE_HOST;
      primary.upstreamPort = 0;
      primary.restart(SimServer.Restart.ALL_DATA, true);
      pass(4 * SECOND);
      primary.replicaOfNoOne();
    }
  }
}
