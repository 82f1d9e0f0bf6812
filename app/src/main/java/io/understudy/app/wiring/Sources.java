package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.SourceConfig;
import io.understudy.app.rest.ReplicationReport;
import io.understudy.topology.Address;
import io.understudy.topology.TopologyFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the running program feeds to others, as long as this process is the one that does. Any
 * thread.
 */
final class Sources implements AutoCloseable {
  private final TopologyFeed feed;
  private final Certificates certificates;
  private final List<TopologyFeed.Subscription> subscriptions = new ArrayList<>();
  private volatile Optional<Replicating> replicating = Optional.empty();

  /** Feeds nothing yet. */
  Sources(TopologyFeed feed, Certificates certificates) {
    this.feed = feed;
    this.certificates = certificates;
  }

  /**
   * Feeds what a configuration says, if nothing is fed yet.
   *
   * @throws StartException in one line; then nothing is
   */
  synchronized void open(Configuration configuration) throws StartException {
    if (replicating.isEmpty() && !configuration.replication().isEmpty()) {
      Replicating started = Replicating.start(configuration, certificates);
      replicating = Optional.of(started);
      lead(started, configuration);
    }
  }

  /** Tells the sources that are groups where their primaries are. */
  private void lead(Replicating started, Configuration configuration) {
    subscriptions.forEach(TopologyFeed.Subscription::close);
    subscriptions.clear();
    for (SourceConfig source : configuration.replication()) {
      if (source.origin() instanceof SourceConfig.Origin.OfGroup(String group)) {
        subscriptions.add(
            feed.subscribe(
                group,
                topology ->
                    topology
                        .primary()
                        .ifPresent(primary -> started.follow(group, primary.address()))));
      }
    }
  }

  /**
   * What {@link #follow} would do, a sentence each.
   *
   * @throws StartException in one line, when it could not be done
   */
  synchronized List<String> plan(Configuration next) throws StartException {
    ReplicationChange change = change(next);
    Replicating.requirePossible(change, next, certificates);
    Set<Address> own = places(replicating.map(Replicating::running).orElse(List.of()));
    for (Address place : places(next.replication())) {
      if (!own.contains(place)) {
        Addresses.requireFree("replication", place);
      }
    }
    return change.lines();
  }

  private static Set<Address> places(List<SourceConfig> sources) {
    return sources.stream()
        .flatMap(source -> source.feeds().stream())
        .map(FeedConfig::listen)
        .collect(Collectors.toSet());
  }

  private ReplicationChange change(Configuration next) {
    return ReplicationChange.of(
        replicating.map(Replicating::running).orElse(List.of()), next.replication());
  }

  /**
   * Does as a configuration says from now on. Feeds that it does not change go on untouched.
   *
   * @return what could not be done, a sentence each; done by the next reload, if it can be then
   */
  synchronized List<String> follow(Configuration next) {
    List<String> undone = new ArrayList<>();
    try {
      open(next);
      if (replicating.isPresent()) {
        undone.addAll(replicating.get().follow(change(next), next, certificates));
        lead(replicating.get(), next);
      }
    } catch (StartException e) {
      undone.add("nothing is fed to others: " + e.getMessage());
    }
    return undone;
  }

  /** What there is to say about each source. */
  List<ReplicationReport> reports() {
    return replicating.map(Replicating::reports).orElse(List.of());
  }

  /** Feeds nothing any more, until it is opened again. */
  @Override
  public synchronized void close() {
    subscriptions.forEach(TopologyFeed.Subscription::close);
    subscriptions.clear();
    replicating.ifPresent(Replicating::close);
    replicating = Optional.empty();
  }
}
