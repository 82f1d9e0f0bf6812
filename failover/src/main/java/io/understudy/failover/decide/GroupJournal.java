package io.understudy.failover.decide;

import io.understudy.topology.Epoch;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import java.util.List;
import java.util.Optional;

/**
 * Everything that must be remembered of a group across the death of the process that decides.
 *
 * @param group the group's name
 * @param owner who writes the marks on this group's servers: made once, kept for ever
 * @param epoch the highest epoch that was ever planned; never falls
 * @param reign the last published primary; empty before the first
 * @param published the newest publication
 * @param operation the change that is under way
 * @param orders the orders whose end is not known, at most one per run
 * @param refusals the orders that were refused lately, so that they are not repeated at once
 * @param nextId the next id for an order, an operation or an entry
 * @param failoverMillis when the last failovers began, oldest first, for the budget
 * @param entries the newest changes, oldest first
 */
public record GroupJournal(
    String group,
    String owner,
    Epoch epoch,
    Optional<Reign> reign,
    Topology published,
    Optional<Operation> operation,
    List<SentOrder> orders,
    List<Refusal> refusals,
    long nextId,
    List<Long> failoverMillis,
    List<Entry> entries) {

  /** How many entries are kept. */
  public static final int MAX_ENTRIES = 32;

  /** How many beginnings of failovers are kept, which bounds what a budget can count. */
  public static final int MAX_FAILOVERS = 128;

  public GroupJournal {
    orders = List.copyOf(orders);
    refusals = List.copyOf(refusals);
    failoverMillis = newest(failoverMillis, MAX_FAILOVERS);
    entries = newest(entries, MAX_ENTRIES);
    if (reign.isPresent() && reign.get().epoch().isAfter(epoch)) {
      throw new IllegalArgumentException(
          "the journal's epoch " + epoch + " is behind its own reign's " + reign.get().epoch());
    }
    if (orders.stream().map(o -> o.order().node().runId()).distinct().count() != orders.size()) {
      throw new IllegalArgumentException("two orders are open for one run");
    }
  }

  /** The journal of a group that was never looked after. */
  public static GroupJournal empty(String group, String owner) {
    return new GroupJournal(
        group,
        owner,
        Epoch.NONE,
        Optional.empty(),
        Topology.unknown(group),
        Optional.empty(),
        List.of(),
        List.of(),
        1,
        List.of(),
        List.of());
  }

  private static <T> List<T> newest(List<T> all, int limit) {
    return List.copyOf(all.size() <= limit ? all : all.subList(all.size() - limit, all.size()));
  }

  /** The open order for a run. */
  public Optional<SentOrder> orderFor(RunId runId) {
    return orders.stream().filter(o -> o.order().node().runId().equals(runId)).findFirst();
  }

  /**
   * An order that a run refused.
   *
   * @param runId which run
   * @param what the order, in words
   * @param detail the refusal
   * @param atNanos when, on the clock of the running process
   */
  public record Refusal(RunId runId, String what, String detail, long atNanos) {}
}
