package io.understudy.failover;

import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.GroupMachine;
import io.understudy.failover.decide.Membership;
import io.understudy.failover.journal.JournalStore;
import io.understudy.topology.Address;
import io.understudy.topology.Coordinator;
import io.understudy.topology.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A group's journal as this process has it: to write while it leads the group, a copy to read while
 * another process does. Confined to the group's thread.
 */
final class GroupMemory {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final String group;
  private final List<Address> configured;
  private final Coordinator coordinator;
  private final GroupMachine machine;
  private final boolean goesOn;
  private @Nullable JournalStore store;
  private @Nullable GroupJournal journal;
  private long nextTryNanos;

  /**
   * Reads nothing yet.
   *
   * @param goesOn whether what the journal says is published holds while it is taken over, because
   *     somebody looked after the group until now
   */
  GroupMemory(
      GroupOptions group,
      Coordinator coordinator,
      GroupMachine machine,
      boolean goesOn,
      long nowNanos) {
    this.goesOn = goesOn;
    this.group = group.name();
    this.configured = group.nodes();
    this.coordinator = coordinator;
    this.machine = machine;
    this.nextTryNanos = nowNanos;
  }

  /** What is remembered now; empty until it could be read for the first time. */
  Optional<GroupJournal> journal() {
    return Optional.ofNullable(journal);
  }

  /**
   * Whether a restart would find all its entries: those of a switchover's waiting are saved later.
   */
  boolean hasDurableEntries() {
    JournalStore own = store;
    GroupJournal current = journal;
    return own != null && current != null && own.durable().entries().containsAll(current.entries());
  }

  /** Goes on with {@code next} in memory. */
  void become(GroupJournal next) {
    journal = next;
  }

  /** Whether this process may write it, so that what is decided on it may be done. */
  boolean isOwn() {
    return store != null;
  }

  /**
   * Takes the journal over when this process has come to lead, and lets go of it when it no longer
   * does; a copy is read again when something was published that it does not know.
   *
   * @return whether it was taken over by this call
   * @throws IOException when it cannot be read; one line. Not tried again for a second
   */
  boolean prepare(boolean leads, Topology published, long nowNanos) throws IOException {
    if (!leads) {
      store = null;
    }
    boolean wanted = leads ? store == null : wantsCopy(published);
    if (!wanted || nowNanos - nextTryNanos < 0) {
      return false;
    }
    nextTryNanos = nowNanos + RETRY.toNanos();
    if (!leads) {
      copy(nowNanos);
      return false;
    }
    JournalStore opened =
        JournalStore.open(coordinator.journal(), group, UUID.randomUUID().toString());
    GroupJournal read =
        areAllAlike() ? Membership.settled(configured, opened.durable()) : opened.durable();
    journal = goesOn ? machine.takeOver(read, nowNanos) : machine.resume(read, nowNanos);
    store = opened;
    return true;
  }

  /**
   * Whether no keeper may lack what the file of this one says: until then the journal goes on
   * saying which nodes were added, for those whose files are still the old ones.
   */
  private boolean areAllAlike() {
    return coordinator.peers().others(group).size() + 1 >= coordinator.peers().members();
  }

  private boolean wantsCopy(Topology published) {
    return journal == null || published.isAfter(journal.published());
  }

  private void copy(long nowNanos) throws IOException {
    Optional<GroupJournal> read = JournalStore.read(coordinator.journal(), group);
    if (read.isPresent()) {
      journal = machine.takeOver(read.get(), nowNanos);
    }
  }

  /**
   * Makes {@code next} durable.
   *
   * @throws IOException when that is not certain; one line. Where keepers share the journal, it is
   *     then read again before anything is done
   */
  void save(GroupJournal next) throws IOException {
    JournalStore own = store;
    if (own == null) {
      throw new IOException("this process does not lead the group");
    }
    try {
      own.save(next);
    } catch (IOException e) {
      if (coordinator.shared()) {
        store = null;
      }
      throw e;
    }
  }
}
