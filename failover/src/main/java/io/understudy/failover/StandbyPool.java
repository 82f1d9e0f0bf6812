package io.understudy.failover;

import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.decide.MemberChange;
import io.understudy.failover.text.RecordText;
import io.understudy.topology.Address;
import io.understudy.topology.Journal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that stand by for all groups of all keepers, and which group has which: kept where
 * the journals are, so that of two groups that want one standby only one gets it. Any thread; calls
 * that change something block.
 */
final class StandbyPool {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");

  /** No group can have this name. */
  private static final String NAME = "@standby";

  /** How long what was read is taken to be so, where nothing depends on it. */
  private static final Duration KNOWN_FOR = Duration.ofSeconds(1);

  private final Journal journal;
  private final List<Address> pool;
  private Map<Address, String> holders = Map.of();
  private long revision;
  private long nextReadNanos;

  StandbyPool(Journal journal, List<Address> pool, long nowNanos) {
    this.journal = journal;
    this.pool = List.copyOf(pool);
    this.nextReadNanos = nowNanos;
  }

  /** Which group has which standby; the form in the journal. */
  record Holdings(List<Holding> all) {}

  /** One standby at work. */
  record Holding(Address standby, String group) {}

  /** The standbys that nobody has, or that {@code group} has and knows nothing of. */
  synchronized List<Address> free(GroupJournal group, long nowNanos) {
    if (pool.isEmpty()) {
      return List.of();
    }
    try {
      if (nowNanos - nextReadNanos >= 0) {
        nextReadNanos = nowNanos + KNOWN_FOR.toNanos();
        read();
      }
    } catch (IOException e) {
      LOG.warn("the standby pool cannot be read: {}", e.getMessage());
      return List.of();
    }
    return pool.stream()
        .filter(a -> holders.getOrDefault(a, group.group()).equals(group.group()))
        .filter(a -> group.memberChange(a).isEmpty())
        .toList();
  }

  /**
   * Takes for a group what its next journal has and the one before had not.
   *
   * @throws IOException when one of them cannot be had; then the next journal must not be saved
   */
  synchronized void take(GroupJournal before, GroupJournal next) throws IOException {
    Set<Address> wanted = atWork(next);
    wanted.removeAll(atWork(before));
    if (wanted.isEmpty()) {
      return;
    }
    read();
    Map<Address, String> all = new HashMap<>(holders);
    for (Address standby : wanted) {
      String holder = all.putIfAbsent(standby, next.group());
      if (holder != null && !holder.equals(next.group())) {
        throw new IOException("the standby " + standby + " was taken by group " + holder);
      }
    }
    write(all);
  }

  /** Gives back what a group's journal, which is durable, does not have any more. */
  synchronized void giveBack(GroupJournal durable) {
    Set<Address> kept = atWork(durable);
    Map<Address, String> all = new HashMap<>(holders);
    boolean some =
        all.entrySet()
            .removeIf(e -> e.getValue().equals(durable.group()) && !kept.contains(e.getKey()));
    if (!some) {
      return;
    }
    try {
      read();
      all = new HashMap<>(holders);
      all.entrySet()
          .removeIf(e -> e.getValue().equals(durable.group()) && !kept.contains(e.getKey()));
      write(all);
    } catch (IOException e) {
      LOG.warn("a standby cannot be given back yet: {}", e.getMessage());
    }
  }

  private static Set<Address> atWork(GroupJournal journal) {
    return journal.members().stream()
        .filter(m -> m.standsFor().isPresent())
        .map(MemberChange::node)
        .collect(Collectors.toSet());
  }

  private void read() throws IOException {
    Optional<Journal.Saved> saved = journal.load(NAME);
    Map<Address, String> all = new HashMap<>();
    try {
      saved.ifPresent(
          s ->
              RecordText.read(s.text(), Holdings.class)
                  .all()
                  .forEach(h -> all.put(h.standby(), h.group())));
    } catch (IllegalArgumentException e) {
      throw new IOException("what is kept of the standby pool cannot be understood", e);
    }
    revision = saved.map(Journal.Saved::revision).orElse(0L);
    holders = Map.copyOf(all);
  }

  private void write(Map<Address, String> all) throws IOException {
    List<Holding> list = new ArrayList<>();
    all.forEach((standby, group) -> list.add(new Holding(standby, group)));
    revision = journal.save(NAME, RecordText.write(new Holdings(list)), revision);
    holders = Map.copyOf(all);
  }
}
