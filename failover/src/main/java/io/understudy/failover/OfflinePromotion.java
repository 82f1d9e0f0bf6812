package io.understudy.failover;

import io.understudy.failover.act.Performer;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.FailoverPolicy;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.link.Connector;
import io.understudy.failover.link.Link;
import io.understudy.failover.observe.Cadence;
import io.understudy.failover.observe.NodeWatch;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Makes a node primary at an operator's word while no keeper runs, with the transactions that
 * keepers use. Keepers that come back find its mark and adopt what was done.
 *
 * <p>Confined to one thread, which it blocks.
 */
public final class OfflinePromotion implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofSeconds(4);
  private static final Duration ORDER = Duration.ofSeconds(3);
  private static final long TURN_NANOS = 10_000_000;

  /** Room for epochs that keepers planned and that no server shows. */
  private static final long EPOCH_STEP = 1_000;

  private final Mailbox mailbox = new Mailbox();
  private final LongSupplier nanoTime;
  private final String owner;
  private final Connector connector;
  private final NodeWatches watches;
  private final Performer performer;
  private long orders;

  /**
   * Begins to look at the group's nodes.
   *
   * @param who for people, and for keepers that come back: it becomes part of the mark
   */
  public OfflinePromotion(GroupOptions group, String who, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.owner = EpochMark.BY_HAND + who;
    this.connector = new Connector(1, CONNECT);
    this.watches =
        new NodeWatches(
            group, Cadence.DEFAULT, connector.over(group.tls()), mailbox, new Claims(), nanoTime);
    this.performer = new Performer(mailbox, FailoverPolicy.DEFAULT.actionDeadline(), () -> true);
    watches.follow(group.nodes(), owner);
    watches.all().forEach(watch -> watch.lookForKeepers(true));
  }

  /** Looks at every node, and returns what each holds; those that do not answer take seconds. */
  public List<NodeView> look() throws InterruptedException {
    turnUntil(() -> watches.views().stream().allMatch(OfflinePromotion::isKnown), LOOK);
    return watches.views();
  }

  private static boolean isKnown(NodeView node) {
    return node.reachability().isReadable()
        ? node.facts().filter(facts -> facts.keepers().isPresent()).isPresent()
        : node.reachability() instanceof Reachability.Refused;
  }

  private void turnUntil(BooleanSupplier done, Duration most) throws InterruptedException {
    long end = nanoTime.getAsLong() + most.toNanos();
    for (long now = nanoTime.getAsLong();
        !done.getAsBoolean() && now - end < 0;
        now = nanoTime.getAsLong()) {
      watches.advance(now);
      mailbox.runWaiting(Math.max(0, watches.waitNanos(now, TURN_NANOS)));
    }
  }

  /** What speaks against it, as the nodes were last seen; one sentence each. */
  public List<String> obstacles(Address to) {
    List<String> obstacles = new ArrayList<>();
    Optional<NodeView> target = at(to);
    for (NodeView node : watches.views()) {
      node.readableFacts().ifPresent(facts -> against(node, facts, target, to, obstacles));
      if (node.readableFacts().isEmpty() && !node.address().equals(to)) {
        obstacles.add(
            node.address()
                + " "
                + node.reachability().describe(nanoTime.getAsLong())
                + "; what it holds is not known");
      }
    }
    return obstacles;
  }

  private static void against(
      NodeView node,
      NodeFacts facts,
      Optional<NodeView> target,
      Address to,
      List<String> obstacles) {
    facts.keepers().stream()
        .flatMap(Set::stream)
        .filter(name -> !name.startsWith(EpochMark.BY_HAND))
        .forEach(
            name -> obstacles.add("a keeper (" + name + ") is connected to " + node.address()));
    if (node.address().equals(to)) {
      return;
    }
    if (facts.role() == Role.PRIMARY && !facts.isEmpty()) {
      obstacles.add(
          node.address() + " is primary and holds " + facts.keys() + " keys, which it would lose");
    }
    target
        .flatMap(NodeView::readableFacts)
        .filter(t -> t.replication().id().equals(facts.replication().id()))
        .map(t -> facts.replication().offset() - t.replication().offset())
        .filter(more -> more > 0)
        .ifPresent(
            more -> obstacles.add(node.address() + " holds " + more + " bytes more than " + to));
  }

  /** Why the node cannot be made primary, force or not; empty when it can. */
  public Optional<String> impossible(Address to) {
    NodeView node = at(to).orElse(null);
    if (node == null) {
      return Optional.of(to + " is not a node of the group");
    }
    if (node.readableFacts().isEmpty() || !node.reachability().isObedient()) {
      return Optional.of(to + " " + node.reachability().describe(nanoTime.getAsLong()));
    }
    return node.facts().filter(NodeFacts::loading).map(f -> to + " is loading data");
  }

  /**
   * What was done.
   *
   * @param done whether the node is primary now
   * @param lines one sentence each
   */
  public record Result(boolean done, Epoch epoch, List<String> lines) {
    public Result {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Makes the node primary, and all others that answer its replicas.
   *
   * @param doubt for how long everything that answers must have followed nothing before that,
   *     because outputs may go on with the old primary while its replicas follow it; zero where no
   *     output does
   */
  public Result promote(Address to, Duration doubt) throws InterruptedException {
    Optional<String> impossible = impossible(to);
    if (impossible.isPresent()) {
      return new Result(false, Epoch.NONE, List.of(impossible.get()));
    }
    NodeView target = at(to).orElseThrow();
    Node primary = target.reachableNode().orElseThrow();
    var epoch = new Epoch(newestEpoch().number() + EPOCH_STEP);
    List<String> lines = new ArrayList<>();
    if (!doubt.isZero() && !takeAway(to, doubt, lines)) {
      return new Result(false, Epoch.NONE, lines);
    }
    Outcome promoted =
        ordered(
            new Action.Promote(
                ++orders,
                primary,
                markOf(target),
                new EpochMark(epoch, owner),
                OptionalLong.empty()),
            target);
    lines.add("promote " + to + " in epoch " + epoch + ": " + words(promoted));
    if (!(promoted instanceof Outcome.Done)) {
      return new Result(false, epoch, lines);
    }
    for (NodeView other : watches.views()) {
      if (!other.address().equals(to) && other.readableFacts().isPresent()) {
        Node node = other.reachableNode().orElseThrow();
        Outcome attached =
            ordered(
                new Action.Attach(++orders, node, markOf(other), primary, OptionalLong.empty()),
                other);
        lines.add("attach " + other.address() + ": " + words(attached));
      }
    }
    return new Result(true, epoch, lines);
  }

  /**
   * Makes every node that answers follow nothing, and waits.
   *
   * @return whether the node that is to be primary could be gated; without that, nothing is waited
   *     for
   */
  private boolean takeAway(Address to, Duration doubt, List<String> lines)
      throws InterruptedException {
    boolean gated = true;
    for (NodeView node : watches.views()) {
      NodeFacts facts = node.readableFacts().orElse(null);
      boolean apart =
          facts == null
              || facts.isGated()
              || (facts.role() == Role.PRIMARY && node.address().equals(to));
      if (!apart) {
        Outcome outcome =
            ordered(
                new Action.Gate(++orders, node.reachableNode().orElseThrow(), markOf(node)), node);
        lines.add("gate " + node.address() + ": " + words(outcome));
        gated &= outcome instanceof Outcome.Done || !node.address().equals(to);
      }
    }
    if (gated) {
      turnUntil(() -> false, doubt);
    }
    return gated;
  }

  private Optional<NodeView> at(Address address) {
    return watches.views().stream().filter(n -> n.address().equals(address)).findFirst();
  }

  private Epoch newestEpoch() {
    return watches.views().stream()
        .flatMap(node -> markOf(node).stream())
        .map(EpochMark::epoch)
        .max(Comparator.naturalOrder())
        .orElse(Epoch.NONE);
  }

  private static Optional<EpochMark> markOf(NodeView node) {
    return node.facts().flatMap(NodeFacts::mark);
  }

  private Outcome ordered(Action.Order order, NodeView node) throws InterruptedException {
    Optional<NodeWatch> watch = watches.of(order.node().runId());
    Optional<Link> link = watch.flatMap(w -> w.linkTo(order.node().runId()));
    if (link.isEmpty()) {
      return new Outcome.Rejected("there is no connection to it any more");
    }
    List<Outcome> ended = new ArrayList<>();
    boolean demotes = node.facts().filter(f -> f.role() == Role.PRIMARY).isPresent();
    performer.perform(order, link.get(), demotes, mark -> {}, ended::add);
    turnUntil(() -> !ended.isEmpty(), ORDER);
    return ended.isEmpty() ? new Outcome.Unknown("it did not answer") : ended.getFirst();
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done -> "done";
      case Outcome.Rejected rejected -> "not done: " + rejected.detail();
      case Outcome.Unknown unknown -> "not known, look again: " + unknown.detail();
    };
  }

  @Override
  public void close() {
    watches.close();
    connector.close();
  }
}
