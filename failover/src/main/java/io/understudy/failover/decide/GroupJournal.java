package io.understudy.failover.decide;

import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

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
 * @param ended how the newest order of each run ended; facts from before that say nothing
 * @param nextId the next id for an order, an operation or an entry
 * @param failoverMillis when the last failovers began, oldest first, for the budget
 * @param entries the newest changes that are not kept elsewhere yet, oldest first
 * @param wish a change that was asked for and not begun yet
 * @param pauses times in which the group, or a node of it, is left alone; those that are over may
 *     still be among them
 * @param borrowed settings of servers that are still to be put back, at most one per run
 * @param members what operators and rules made of the configured nodes, at most one per address
 * @param returnTriedMillis when a return to a better placed node was last begun
 * @param scheduled a switchover that was asked for a later time
 */
public record GroupJournal(
    String group,
    String owner,
    Epoch epoch,
    Optional<Reign> reign,
    Topology published,
    Optional<Operation> operation,
    List<SentOrder> orders,
    List<EndedOrder> ended,
    long nextId,
    List<Long> failoverMillis,
    List<Entry> entries,
    Optional<Wish> wish,
    List<Pause> pauses,
    List<Borrowed> borrowed,
    List<MemberChange> members,
    OptionalLong returnTriedMillis,
    Optional<Scheduled> scheduled) {

  /** How many addresses may differ from the configuration. */
  public static final int MAX_MEMBERS = 64;

  /** How many entries are kept, until they are kept elsewhere. */
  public static final int MAX_ENTRIES = 32;

  /**
   * A history that grew by no more than this is not worth a save of its own: what a restarted
   * keeper knows of how far the primary got may be behind by so much.
   */
  public static final long UNSAVED_BYTES = 256 * 1024;

  /**
   * How many ended orders are kept; each run has one, and runs that are gone fall off the front.
   */
  public static final int MAX_ENDED = 64;

  /** How many pauses are kept: one for the group and one for each node. */
  public static final int MAX_PAUSES = 64;

  /** How many beginnings of failovers are kept, which bounds what a budget can count. */
  public static final int MAX_FAILOVERS = 128;

  public GroupJournal {
    orders = List.copyOf(orders);
    ended = List.copyOf(ended);
    failoverMillis = newest(failoverMillis, MAX_FAILOVERS);
    entries = newest(entries, MAX_ENTRIES);
    pauses = newest(pauses, MAX_PAUSES);
    borrowed = newest(borrowed, MAX_ENDED);
    members = List.copyOf(members);
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
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        OptionalLong.empty(),
        Optional.empty());
  }

  private static <T> List<T> newest(List<T> all, int limit) {
    return List.copyOf(all.size() <= limit ? all : all.subList(all.size() - limit, all.size()));
  }

  /** The open order for a run. */
  public Optional<SentOrder> orderFor(RunId runId) {
    return orders.stream().filter(o -> o.order().node().runId().equals(runId)).findFirst();
  }

  GroupJournal withEpoch(Epoch newEpoch) {
    return changed(c -> c.epoch = newEpoch);
  }

  GroupJournal withReign(Reign newReign) {
    return changed(c -> c.reign = Optional.of(newReign));
  }

  /** Without a reign, so that who is primary is found out from the roles that the servers have. */
  GroupJournal withoutReign() {
    return changed(c -> c.reign = Optional.empty());
  }

  GroupJournal withPublished(Topology newest) {
    return changed(c -> c.published = newest);
  }

  GroupJournal withOperation(Optional<Operation> newOperation) {
    return changed(c -> c.operation = newOperation);
  }

  GroupJournal withOrders(List<SentOrder> newOrders) {
    return changed(c -> c.orders = newOrders);
  }

  GroupJournal withEnded(List<EndedOrder> newEnded) {
    return changed(c -> c.ended = newEnded);
  }

  GroupJournal withWish(Optional<Wish> newWish) {
    return changed(c -> c.wish = newWish);
  }

  GroupJournal withPauses(List<Pause> newPauses) {
    return changed(c -> c.pauses = newPauses);
  }

  GroupJournal withMembers(List<MemberChange> newMembers) {
    return changed(c -> c.members = newMembers);
  }

  /** Notes what an address is from now on, in place of what was noted before. */
  GroupJournal withMember(MemberChange change) {
    return withMembers(
        Stream.concat(
                members.stream().filter(m -> !m.node().equals(change.node())), Stream.of(change))
            .toList());
  }

  GroupJournal withScheduled(Optional<Scheduled> newScheduled) {
    return changed(c -> c.scheduled = newScheduled);
  }

  GroupJournal withReturnTried(long wallMillis) {
    return changed(c -> c.returnTriedMillis = OptionalLong.of(wallMillis));
  }

  /** What was made of an address; empty when it is as configured. */
  public Optional<MemberChange> memberChange(Address node) {
    return members.stream().filter(m -> m.node().equals(node)).findFirst();
  }

  /** Notes a setting that is to be put back, unless one of that run is noted already. */
  GroupJournal borrowing(Borrowed setting) {
    return borrowedOf(setting.runId()).isPresent()
        ? this
        : changed(c -> c.borrowed = appended(borrowed, setting));
  }

  GroupJournal returned(RunId runId) {
    return changed(
        c -> c.borrowed = borrowed.stream().filter(b -> !b.runId().equals(runId)).toList());
  }

  /** A setting of a run that is to be put back. */
  Optional<Borrowed> borrowedOf(RunId runId) {
    return borrowed.stream().filter(b -> b.runId().equals(runId)).findFirst();
  }

  /** The pause of the group, or of a node, that lasts at {@code wallMillis}. */
  public Optional<Pause> pauseOf(Optional<Address> node, long wallMillis) {
    return pauses.stream()
        .filter(p -> p.node().equals(node) && p.untilWallMillis() > wallMillis)
        .findFirst();
  }

  /** Counts these failovers for the budget, and no others. */
  GroupJournal withFailovers(List<Long> counted) {
    return changed(c -> c.failoverMillis = counted);
  }

  GroupJournal withNextId(long newNextId) {
    return changed(c -> c.nextId = newNextId);
  }

  GroupJournal withFailoverAt(long wallMillis) {
    return changed(c -> c.failoverMillis = appended(failoverMillis, wallMillis));
  }

  /** Keeps a change for people and for replay, under the next number. */
  GroupJournal noting(
      long wallMillis, String rule, String reason, List<String> actions, String inputs) {
    var entry = new Entry(nextId, wallMillis, epoch, rule, reason, actions, inputs);
    return changed(
        c -> {
          c.nextId = nextId + 1;
          c.entries = appended(entries, entry);
        });
  }

  /** The same without the entries up to a number, which are kept elsewhere by now. */
  public GroupJournal withoutEntriesUpTo(long number) {
    return changed(c -> c.entries = entries.stream().filter(e -> e.number() > number).toList());
  }

  /**
   * Whether this must be saved before anything is done that follows from it, when {@code durable}
   * is what a restart would find.
   */
  public boolean mustBeSaved(GroupJournal durable) {
    if (equals(durable)) {
      return false;
    }
    if (reign.isEmpty() || durable.reign.isEmpty()) {
      return true;
    }
    Reign saved = durable.reign.get();
    return reign.get().seenOffset() - saved.seenOffset() > UNSAVED_BYTES
        || !withReign(reign.get().asSaved(saved)).withoutGatesSince(durable).equals(durable);
  }

  /**
   * The same, if a switchover only waited or gated since {@code durable}, without that: clients
   * wait for it, and a successor that goes on from before it does the same once more.
   */
  private GroupJournal withoutGatesSince(GroupJournal durable) {
    boolean waits =
        operation.isPresent()
            && durable.operation.isPresent()
            && operation.get().onlyGatesSince(durable.operation.get())
            && orders.containsAll(durable.orders)
            && orders.stream()
                .filter(order -> !durable.orders.contains(order))
                .allMatch(order -> order.order() instanceof Action.Gate);
    return !waits
        ? this
        : changed(
            c -> {
              c.operation = durable.operation;
              c.orders = durable.orders;
              c.ended = durable.ended;
              c.nextId = durable.nextId;
              c.entries = durable.entries;
            });
  }

  /** The same without its entries: what a decision may depend on. */
  public GroupJournal withoutEntries() {
    return changed(c -> c.entries = List.of());
  }

  GroupJournal withOrder(SentOrder order) {
    return withOrders(appended(orders, order));
  }

  GroupJournal withoutOrder(long id) {
    return withOrders(orders.stream().filter(o -> o.order().id() != id).toList());
  }

  /** Without open orders to an address, which is no node any more, or was none until now. */
  GroupJournal withoutOrdersTo(Address node) {
    return withOrders(
        orders.stream().filter(o -> !o.order().node().address().equals(node)).toList());
  }

  /** Replaces the open order of the same id. */
  GroupJournal replacing(SentOrder order) {
    return withOrders(
        orders.stream().map(o -> o.order().id() == order.order().id() ? order : o).toList());
  }

  /** Notes an end in place of what was known of that run; the oldest of too many are dropped. */
  GroupJournal withEnd(EndedOrder end) {
    List<EndedOrder> others = ended.stream().filter(e -> !e.runId().equals(end.runId())).toList();
    return withEnded(newest(appended(others, end), MAX_ENDED));
  }

  GroupJournal withStepState(long order, Operation.StepRecord.State state, String detail) {
    return withOperation(operation.map(op -> op.withStepState(order, state, detail)));
  }

  /** The same for a process that begins at {@code nowNanos} on a clock of its own. */
  GroupJournal resumed(Topology held, long nowNanos) {
    List<SentOrder> doubtful =
        orders.stream()
            .map(o -> new SentOrder(o.order(), SentOrder.State.UNKNOWN, nowNanos))
            .toList();
    return changed(
        c -> {
          c.reign = reign.map(r -> r.resumedAt(nowNanos));
          c.published = held;
          c.operation = operation.map(op -> op.resumedAt(nowNanos));
          c.orders = doubtful;
          c.ended = List.of();
        });
  }

  private static <T> List<T> appended(List<T> list, T element) {
    return Stream.concat(list.stream(), Stream.of(element)).toList();
  }

  /** How the newest order of a run ended. */
  public Optional<EndedOrder> endedFor(RunId runId) {
    return ended.stream().filter(o -> o.runId().equals(runId)).findFirst();
  }

  /**
   * An order whose end is known.
   *
   * @param runId which run it was given to
   * @param what the order, in words
   * @param refusal why it was not carried out; empty when it was, or when only facts can tell
   * @param atNanos when its end was learned, on the clock of the running process
   */
  public record EndedOrder(RunId runId, String what, Optional<String> refusal, long atNanos) {}

  private GroupJournal changed(Consumer<Copy> change) {
    var copy = new Copy(this);
    change.accept(copy);
    return copy.journal();
  }

  /** A journal's parts while one of them is being changed; never seen outside one call. */
  private static final class Copy {
    private final String group;
    private final String owner;
    private Epoch epoch;
    private Optional<Reign> reign;
    private Topology published;
    private Optional<Operation> operation;
    private List<SentOrder> orders;
    private List<EndedOrder> ended;
    private long nextId;
    private List<Long> failoverMillis;
    private List<Entry> entries;
    private Optional<Wish> wish;
    private List<Pause> pauses;
    private List<Borrowed> borrowed;
    private List<MemberChange> members;
    private OptionalLong returnTriedMillis;
    private Optional<Scheduled> scheduled;

    Copy(GroupJournal of) {
      group = of.group;
      owner = of.owner;
      epoch = of.epoch;
      reign = of.reign;
      published = of.published;
      operation = of.operation;
      orders = of.orders;
      ended = of.ended;
      nextId = of.nextId;
      failoverMillis = of.failoverMillis;
      entries = of.entries;
      wish = of.wish;
      pauses = of.pauses;
      borrowed = of.borrowed;
      members = of.members;
      returnTriedMillis = of.returnTriedMillis;
      scheduled = of.scheduled;
    }

    GroupJournal journal() {
      return new GroupJournal(
          group,
          owner,
          epoch,
          reign,
          published,
          operation,
          orders,
          ended,
          nextId,
          failoverMillis,
          entries,
          wish,
          pauses,
          borrowed,
          members,
          returnTriedMillis,
          scheduled);
    }
  }
}
