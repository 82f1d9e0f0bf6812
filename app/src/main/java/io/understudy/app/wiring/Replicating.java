package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.SourceConfig;
import io.understudy.app.rest.ReplicationReport;
import io.understudy.replication.FeedPlan;
import io.understudy.replication.Replication;
import io.understudy.replication.ReplicationException;
import io.understudy.replication.RunningSource;
import io.understudy.replication.SourcePlan;
import io.understudy.replication.SourceStatus;
import io.understudy.replication.sink.FeedOptions;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.stage.KeyPattern;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsClient;
import io.understudy.wire.tls.TlsServer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Sources that are fed to others in parts, running. Thread-safe. */
public final class Replicating implements AutoCloseable {
  /** So long the first replica waits for those of the other feeds: as long as servers do. */
  private static final Duration GATHER = Duration.ofSeconds(5);

  /** The longest command and value that servers allow by default. */
  private static final int MAX_COMMAND_BYTES = 512 << 20;

  private final Replication replication;

  /** What runs, as configurations said it, in the order of {@link Replication#sources}. */
  private final List<Running> running = new ArrayList<>();

  /** One source, and what is fed of it: not feeds that could not be opened. */
  private static final class Running {
    private final RunningSource source;
    private SourceConfig config;

    Running(SourceConfig config, RunningSource source) {
      this.config = config;
      this.source = source;
    }

    void end(FeedConfig feed) {
      source.remove(feed.listen());
      config = config.withFeeds(config.feeds().stream().filter(f -> !f.equals(feed)).toList());
    }

    void begin(FeedConfig feed, FeedPlan plan) throws ReplicationException {
      source.add(plan);
      config = config.withFeeds(Stream.concat(config.feeds().stream(), Stream.of(feed)).toList());
    }

    void reach(SourceConfig wanted, SourcePlan plan) {
      source.reach(plan.source());
      config = config.reachedAs(wanted);
    }
  }

  private Replicating(Replication replication, List<SourceConfig> configs) {
    this.replication = replication;
    for (int i = 0; i < configs.size(); i++) {
      running.add(new Running(configs.get(i), replication.sources().get(i)));
    }
  }

  /**
   * Runs one filter, as the command line asks for it: the source must be usable now.
   *
   * @throws StartException in one line; nothing is left running
   */
  public static Replicating filter(SourceConfig source, Configuration.Log log)
      throws StartException {
    Logging.apply(log);
    List<SourcePlan> plans = List.of(plan(source, address(source), Optional.empty()));
    List<String> unusable = Replication.probe(plans, System::nanoTime);
    if (!unusable.isEmpty()) {
      throw new StartException(unusable.getFirst());
    }
    return start(plans, List.of(source));
  }

  /**
   * Runs what a configuration asks for. A source that cannot be used now is tried again and again.
   *
   * @throws StartException in one line; nothing is left running
   */
  static Replicating start(Configuration configuration, Certificates certificates)
      throws StartException {
    List<SourcePlan> plans = new ArrayList<>();
    for (SourceConfig source : configuration.replication()) {
      plans.add(plan(source, configuration, certificates));
    }
    return start(plans, configuration.replication());
  }

  private static Replicating start(List<SourcePlan> plans, List<SourceConfig> configs)
      throws StartException {
    try {
      return new Replicating(
          Replication.start(plans, new SecureRandom(), System::nanoTime), configs);
    } catch (ReplicationException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private static SourcePlan plan(
      SourceConfig source, Configuration configuration, Certificates certificates)
      throws StartException {
    return plan(source, firstAddress(source, configuration), Optional.of(certificates));
  }

  /** What runs, as configurations said it. */
  synchronized List<SourceConfig> running() {
    return running.stream().map(each -> each.config).toList();
  }

  /**
   * Finds out whether a change can be made, as far as that can be known before.
   *
   * @throws StartException in one line, if not
   */
  static void requirePossible(
      ReplicationChange change, Configuration next, Certificates certificates)
      throws StartException {
    for (SourceConfig source : change.begun()) {
      plan(source, next, certificates);
    }
    for (ReplicationChange.Part part : change.begunFeeds()) {
      plan(part.feed(), Optional.of(certificates));
    }
    for (ReplicationChange.Reached reached : change.reached()) {
      plan(reached.wanted(), next, certificates);
    }
  }

  /**
   * Makes a change. What it does not concern goes on untouched.
   *
   * @return what could not be done, a sentence each
   */
  synchronized List<String> follow(
      ReplicationChange change, Configuration next, Certificates certificates) {
    List<Running> before = List.copyOf(running);
    for (int ended : change.ended()) {
      replication.remove(before.get(ended).source);
      running.remove(before.get(ended));
    }
    for (ReplicationChange.Part part : change.endedFeeds()) {
      before.get(part.source()).end(part.feed());
    }
    List<String> undone = new ArrayList<>();
    for (ReplicationChange.Reached reached : change.reached()) {
      try {
        before
            .get(reached.source())
            .reach(reached.wanted(), plan(reached.wanted(), next, certificates));
      } catch (StartException e) {
        undone.add(
            "source " + reached.wanted().name() + " is reached as before: " + e.getMessage());
      }
    }
    for (ReplicationChange.Part part : change.begunFeeds()) {
      try {
        before.get(part.source()).begin(part.feed(), plan(part.feed(), Optional.of(certificates)));
      } catch (StartException | ReplicationException e) {
        undone.add("the feed at " + part.feed().listen() + " is not open: " + e.getMessage());
      }
    }
    for (SourceConfig source : change.begun()) {
      try {
        running.add(new Running(source, replication.add(plan(source, next, certificates))));
      } catch (StartException | ReplicationException e) {
        undone.add("replication of " + source.name() + " does not begin: " + e.getMessage());
      }
    }
    return undone;
  }

  private static Address address(SourceConfig source) {
    return switch (source.origin()) {
      case SourceConfig.Origin.Fixed(Address address) -> address;
      case SourceConfig.Origin.OfGroup(String group) ->
          throw new IllegalArgumentException("nobody keeps the group " + group);
    };
  }

  /** Of a group, any node serves until the primary is published. */
  private static Address firstAddress(SourceConfig source, Configuration configuration) {
    return switch (source.origin()) {
      case SourceConfig.Origin.Fixed(Address address) -> address;
      case SourceConfig.Origin.OfGroup(String name) ->
          configuration.groups().stream()
              .filter(group -> group.name().equals(name))
              .findFirst()
              .orElseThrow()
              .nodes()
              .getFirst();
    };
  }

  /**
   * @param certificates empty for those who have none
   */
  private static SourcePlan plan(
      SourceConfig source, Address address, Optional<Certificates> certificates)
      throws StartException {
    Optional<TlsClient> tls =
        certificates.isPresent() ? certificates.get().of(source.tls()) : Optional.empty();
    Optional<SourceOptions.Login> login =
        source
            .auth()
            .map(auth -> new SourceOptions.Login(auth.username(), auth.password().reveal()));
    List<FeedPlan> feeds = new ArrayList<>();
    for (FeedConfig feed : source.feeds()) {
      feeds.add(plan(feed, certificates));
    }
    return new SourcePlan(
        source.name(),
        SourceOptions.of(address, login, feeds.getFirst().listen().port()).over(tls),
        feeds,
        GATHER,
        source.state(),
        MAX_COMMAND_BYTES);
  }

  private static FeedPlan plan(FeedConfig feed, Optional<Certificates> certificates)
      throws StartException {
    Optional<TlsServer> tls =
        certificates.isPresent() && feed.tls().isPresent()
            ? Optional.of(certificates.get().of(feed.tls().get()))
            : Optional.empty();
    return new FeedPlan(
        feed.listen(),
        new Selection(
            feed.include().stream().map(Replicating::pattern).toList(),
            feed.exclude().stream().map(Replicating::pattern).toList(),
            feed.databases()),
        ValueRules.of(feed),
        feed.rename().map(r -> Rename.ofPrefix(r.from(), r.to())).orElse(Rename.NONE),
        policies(feed.policies()),
        feed.description(),
        feed.backlogBytes(),
        feed.maxValueBytes(),
        new FeedOptions(
            feed.password().map(password -> password.reveal()),
            FeedOptions.DEFAULT.pingEvery(),
            FeedOptions.DEFAULT.silence(),
            FeedOptions.DEFAULT.keepAlive()),
        feed.target(),
        feed.loss(),
        tls);
  }

  private static Policies policies(FeedConfig.Policies written) {
    return new Policies(
        switch (written.uncuttable()) {
          case FETCH -> Policies.Uncuttable.FETCH;
          case FAIL -> Policies.Uncuttable.FAIL;
          case WARN -> Policies.Uncuttable.WARN;
        },
        passage(written.publish()),
        passage(written.functions()));
  }

  private static Policies.Passage passage(FeedConfig.Passage written) {
    return switch (written) {
      case PASS -> Policies.Passage.PASS;
      case DROP -> Policies.Passage.DROP;
    };
  }

  private static KeyPattern pattern(FeedConfig.KeyRule rule) {
    return switch (rule) {
      case FeedConfig.KeyRule.Expression(String text) -> KeyPattern.regularExpression(text);
      case FeedConfig.KeyRule.Prefix(String text) -> KeyPattern.prefix(text);
      case FeedConfig.KeyRule.Glob(String text) -> KeyPattern.glob(text);
      case FeedConfig.KeyRule.Slots(int first, int last) -> new KeyPattern.Slots(first, last);
    };
  }

  /** Says where the primary of a group is now. */
  void follow(String group, Address primary) {
    replication.follow(group, primary);
  }

  /** What there is to say about each source, in the order of the configuration. Any thread. */
  public List<ReplicationReport> reports() {
    return replication.status().stream().map(Replicating::report).toList();
  }

  private static ReplicationReport report(SourceStatus status) {
    return new ReplicationReport(
        status.name(),
        status.address(),
        status.state().name().toLowerCase(Locale.ROOT),
        status.reason(),
        status.server(),
        status.offset(),
        status.fullResyncs(),
        status.partialResyncs(),
        status
            .snapshot()
            .map(
                p ->
                    new ReplicationReport.Progress(
                        p.bytes(), p.totalBytes(), p.keys(), p.totalKeys(), p.elapsedNanos())),
        status.feeds().stream().map(Replicating::report).toList());
  }

  private static ReplicationReport.Feed report(SourceStatus.FeedStatus feed) {
    return new ReplicationReport.Feed(
        feed.listen(),
        feed.description(),
        feed.target(),
        feed.stopped(),
        feed.refused(),
        feed.offset(),
        feed.backlogBytes(),
        feed.snapshotKeys(),
        feed.snapshotLeftOut(),
        feed.passed(),
        feed.leftOut(),
        feed.cut(),
        feed.fetched(),
        feed.translated(),
        feed.unsaid(),
        feed.lost(),
        feed.lastLost(),
        feed.fullResyncs(),
        feed.partialResyncs(),
        feed.replicas().stream()
            .map(
                r ->
                    new ReplicationReport.Replica(
                        r.address(),
                        r.phase(),
                        r.lagBytes(),
                        r.lagMillis(),
                        r.server(),
                        r.refusedCommands(),
                        r.replacedKeys()))
            .toList());
  }

  @Override
  public void close() {
    replication.close();
  }
}
