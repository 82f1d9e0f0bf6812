package io.understudy.replication;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.KeyPattern;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.topology.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Feeds of one real source, as the program would run them, for tests. */
final class Rig implements AutoCloseable {
  private static final int BACKLOG_BYTES = 16 << 20;
  private static final int MAX_COMMAND_BYTES = 64 << 20;
  private static final FeedOptions OPTIONS = patient(Duration.ofSeconds(60));
  private static final String MORE_REPLICAS_THAN_THERE_ARE = "99";

  private final Replication replication;
  private final List<Address> feeds;

  private Rig(Replication replication, List<Address> feeds) {
    this.replication = replication;
    this.feeds = feeds;
  }

  /** One feed for each selection. */
  static Rig start(Address source, Selection... selections) throws Exception {
    return start(source, Rename.NONE, selections);
  }

  /** One feed of a source that is reached in some way. */
  static Rig start(SourceOptions source, Selection selection) throws Exception {
    List<FeedPlan> feeds =
        plans(
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.empty(),
            OPTIONS,
            freeAddress(),
            selection);
    return start(source, feeds, Optional.empty());
  }

  /** One feed of everything at an address, whose state is kept in a folder. */
  static Rig startAt(Address listen, Address source, Path state) throws Exception {
    List<FeedPlan> feeds =
        plans(
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.empty(),
            OPTIONS,
            listen,
            Selection.EVERYTHING);
    return start(SourceOptions.of(source, Optional.empty(), 0), feeds, Optional.of(state));
  }

  /** One feed of everything that cuts off whoever is silent for so long. */
  static Rig start(Address source, Duration silence) throws Exception {
    List<FeedPlan> feeds =
        plans(
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.empty(),
            patient(silence),
            freeAddress(),
            Selection.EVERYTHING);
    return start(SourceOptions.of(source, Optional.empty(), 0), feeds, Optional.empty());
  }

  private static FeedOptions patient(Duration silence) {
    return new FeedOptions(
        Optional.empty(), Duration.ofMillis(500), silence, Duration.ofMillis(100));
  }

  /** One feed of everything, of which contents are left out or changed. */
  static Rig start(Address source, Contents contents) throws Exception {
    return start(source, contents, Rename.NONE, Optional.empty(), Selection.EVERYTHING);
  }

  /** One feed for each selection, with policies for what has no one right answer. */
  static Rig start(Address source, Policies policies, Selection... selections) throws Exception {
    return start(source, Contents.ALL, Rename.NONE, policies, Optional.empty(), selections);
  }

  /** One feed for each selection, with other names for the keys. */
  static Rig start(Address source, Rename rename, Selection... selections) throws Exception {
    return start(source, Contents.ALL, rename, Optional.empty(), selections);
  }

  /** One feed of everything, for servers of another version. */
  static Rig start(Address source, RdbTarget target) throws Exception {
    return start(source, Contents.ALL, Rename.NONE, Optional.of(target), Selection.EVERYTHING);
  }

  private static Rig start(
      Address source,
      Contents contents,
      Rename rename,
      Optional<RdbTarget> target,
      Selection... selections)
      throws Exception {
    return start(source, contents, rename, Policies.DEFAULT, target, selections);
  }

  private static Rig start(
      Address source,
      Contents contents,
      Rename rename,
      Policies policies,
      Optional<RdbTarget> target,
      Selection... selections)
      throws Exception {
    List<FeedPlan> feeds = new ArrayList<>();
    for (Selection selection : selections) {
      feeds.addAll(plans(contents, rename, policies, target, OPTIONS, freeAddress(), selection));
    }
    return start(
        SourceOptions.of(source, Optional.empty(), feeds.getFirst().listen().port()),
        feeds,
        Optional.empty());
  }

  private static List<FeedPlan> plans(
      Contents contents,
      Rename rename,
      Policies policies,
      Optional<RdbTarget> target,
      FeedOptions options,
      Address listen,
      Selection selection) {
    return List.of(
        new FeedPlan(
            listen,
            selection,
            contents,
            rename,
            policies,
            "a test's feed",
            BACKLOG_BYTES,
            BACKLOG_BYTES,
            options,
            target,
            RdbTarget.Loss.REFUSED,
            Optional.empty()));
  }

  private static Rig start(SourceOptions source, List<FeedPlan> feeds, Optional<Path> state)
      throws Exception {
    SourcePlan plan =
        new SourcePlan("test", source, feeds, Duration.ofMillis(300), state, MAX_COMMAND_BYTES);
    Replication replication = Replication.start(List.of(plan), new Random(1), System::nanoTime);
    return new Rig(replication, feeds.stream().map(FeedPlan::listen).toList());
  }

  /** What keeps keys that a regular expression fits. */
  static Selection keys(String expression) {
    return Selection.of(KeyPattern.regularExpression(expression));
  }

  /** Feeds of parts of a source, whose state is kept in a folder if there is one. */
  static Rig start(Address source, Optional<Path> state, Selection... selections) throws Exception {
    List<FeedPlan> feeds = new ArrayList<>();
    for (Selection selection : selections) {
      feeds.add(plan(freeAddress(), selection));
    }
    return start(SourceOptions.of(source, Optional.empty(), 0), feeds, state);
  }

  private static FeedPlan plan(Address listen, Selection selection) {
    return plans(
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.empty(),
            OPTIONS,
            listen,
            selection)
        .getFirst();
  }

  /** One more feed from now on. */
  void add(Address listen, Selection selection) throws ReplicationException {
    replication.sources().getFirst().add(plan(listen, selection));
  }

  /** A feed no more. */
  void remove(Address listen) {
    replication.sources().getFirst().remove(listen);
  }

  /** Where a feed listens. */
  Address feed(int index) {
    return feeds.get(index);
  }

  /** Says that the source is at another address now. */
  void follow(Address address) {
    replication.follow("test", address);
  }

  SourceStatus status() {
    return replication.status().getFirst();
  }

  /** Makes a server a replica of an address, and waits until its link is up. */
  static void attach(RedisServer server, Address primary) {
    server.command("REPLICAOF", primary.host(), Integer.toString(primary.port()));
    server.awaitLinkUp();
  }

  /**
   * Waits until everything that the source has written went through every feed and into every
   * replica.
   *
   * <p>A value that a feed has to read again is put in behind the command that it is read for, at
   * which the stream waits: only what comes behind that shows that it is there. So one more thing
   * is sent that changes nothing, the request for acknowledgements that WAIT makes.
   */
  void awaitInSync(RedisServer source, RedisServer... replicas) {
    source.command("WAIT", MORE_REPLICAS_THAN_THERE_ARE, "1");
    String mark = "mark-" + source.info("master_repl_offset");
    Eventually.holds(
        "the feeds have what the source wrote",
        () -> status().offset() >= Long.parseLong(source.info("master_repl_offset")));
    for (int i = 0; i < replicas.length; i++) {
      RedisServer replica = replicas[i];
      int feed = i;
      Eventually.holds(
          replica + " has what its feed wrote, " + mark,
          () ->
              replica.info("master_link_status").equals("up")
                  && Long.parseLong(replica.info("slave_repl_offset"))
                      >= status().feeds().get(feed).offset());
    }
  }

  static Address freeAddress() {
    return new Address("127.0.0.1", Ports.reserveUntilExit());
  }

  @Override
  public void close() {
    replication.close();
  }
}
