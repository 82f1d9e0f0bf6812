package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.rest.Operator;
import io.understudy.failover.GroupStatus;
import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Membership;
import io.understudy.topology.Address;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** Lets operators ask the keeper of this process, where it has one, and through it the others. */
final class KeeperOperator implements Operator {
  /** What was not looked at for longer is not vouched for. */
  private static final Duration FRESH = Duration.ofSeconds(3);

  private final Keeping keeper;
  private final Changes changes;
  private final Supplier<List<Configuration.Group>> groups;
  private final Function<Boolean, Result> reload;
  private final BooleanSupplier ending;

  /**
   * Asks one keeper.
   *
   * @param groups those that are configured now
   * @param reload reads the configuration again, or says what that would do
   * @param ending whether the program was told to end
   */
  KeeperOperator(
      Keeping keeper,
      Supplier<List<Configuration.Group>> groups,
      Function<Boolean, Result> reload,
      BooleanSupplier ending) {
    this.keeper = keeper;
    this.changes = new Changes(keeper);
    this.groups = groups;
    this.reload = reload;
    this.ending = ending;
  }

  @Override
  public boolean isEnding() {
    return ending.getAsBoolean();
  }

  @Override
  public Result reload(boolean trial) {
    return reload.apply(trial);
  }

  @Override
  public Result ask(String group, Wanted wanted) {
    return changes.make(group, wanted);
  }

  @Override
  public List<String> groups() {
    return groups.get().stream().map(Configuration.Group::name).toList();
  }

  @Override
  public Optional<Served> served(String group) {
    return groups.get().stream()
        .filter(g -> g.name().equals(group))
        .findFirst()
        .map(g -> served(g, keeper.status(group)));
  }

  /** Whoever leads, a keeper vouches for what it is known to follow up to now. */
  private Served served(Configuration.Group group, GroupStatus status) {
    boolean looking =
        !keeper.decides()
            || status
                .view()
                .filter(v -> System.nanoTime() - v.nowNanos() < FRESH.toNanos())
                .isPresent();
    boolean fresh = looking && keeper.isVouchedFor(status.published());
    List<Address> replicas = status.published().replicas().stream().map(Node::address).toList();
    return new Served(
        fresh,
        status.published().primary().map(Node::address),
        replicas,
        status.journal().map(j -> Membership.of(group.nodes(), j)).orElse(group.nodes()));
  }

  @Override
  public Result history(String group, int most) {
    try {
      return new Result(true, keeper.history(group, most).stream().map(Reports::line).toList());
    } catch (IOException e) {
      return new Result(false, List.of(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public TopologyFeed.Subscription watch(Watcher watcher) {
    List<TopologyFeed.Subscription> all = new ArrayList<>();
    all.add(
        keeper.onDecision(
            status -> watcher.happened(status.group(), line(status.group(), words(status)))));
    for (String group : groups()) {
      all.add(
          keeper
              .feed()
              .subscribe(
                  group,
                  topology ->
                      watcher.happened(group, line(group, "published: " + words(topology)))));
    }
    return () -> all.forEach(TopologyFeed.Subscription::close);
  }

  private static String line(String group, String what) {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + group + ": " + what;
  }

  private static String words(GroupStatus status) {
    return status.decision().rule() + ": " + status.decision().reason();
  }

  private static String words(Topology topology) {
    return topology
            .primary()
            .map(primary -> primary.address() + " in epoch " + topology.epoch())
            .orElse("no primary, requests wait")
        + ", "
        + topology.replicas().size()
        + " replicas in sync";
  }

  @Override
  public Result replay(String group, long number) {
    Optional<Entry> found;
    try {
      found = keeper.entry(group, number);
    } catch (IOException e) {
      return new Result(false, List.of(String.valueOf(e.getMessage())));
    }
    if (found.isEmpty()) {
      return new Result(false, List.of("entry " + number + " is not kept, or not any more"));
    }
    Entry entry = found.get();
    if (entry.inputs().equals(Entry.NOTHING_TO_REPLAY)) {
      return new Result(
          false, List.of("an operator made entry " + number + "; no rule decided it"));
    }
    Decision again = GroupMachine.replay(entry);
    boolean same = again.rule().equals(entry.rule()) && again.reason().equals(entry.reason());
    return new Result(
        same,
        List.of(
            "then: " + entry.rule() + ": " + entry.reason(),
            "now:  " + again.rule() + ": " + again.reason(),
            same ? "the same evidence gives the same decision" : "THE DECISIONS DIFFER"));
  }
}
