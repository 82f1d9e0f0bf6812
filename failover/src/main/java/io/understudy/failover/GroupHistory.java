package io.understudy.failover;

import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.journal.History;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one group's entries from its journal, which is written at every step and so has to stay
 * small, to its history, when nothing is under way; knows the newest. Confined to the group's
 * thread.
 */
final class GroupHistory {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");
  private static final Duration RETRY = Duration.ofSeconds(5);

  /** How many of the newest entries are at hand without reading. */
  private static final int RECENT = 32;

  /** With so many in the journal they are moved even while an operation is under way. */
  private static final int MANY = GroupJournal.MAX_ENTRIES / 2;

  private final String group;
  private final History history;
  private List<Entry> moved = List.of();
  private long knownId;
  private long nextTryNanos;

  GroupHistory(String group, History history, long nowNanos) {
    this.group = group;
    this.history = history;
    this.nextTryNanos = nowNanos;
  }

  /** The newest entries, oldest first: those of the history, and those of the journal. */
  List<Entry> recent(GroupJournal journal) {
    List<Entry> all = new ArrayList<>(moved);
    long last = moved.isEmpty() ? 0 : moved.getLast().number();
    journal.entries().stream().filter(e -> e.number() > last).forEach(all::add);
    return List.copyOf(newest(all));
  }

  /** The number of the newest entry; 0 when there is none. */
  long lastNumber(GroupJournal journal) {
    List<Entry> held = journal.entries().isEmpty() ? moved : journal.entries();
    return held.isEmpty() ? 0 : held.getLast().number();
  }

  private static List<Entry> newest(List<Entry> all) {
    return all.subList(Math.max(0, all.size() - RECENT), all.size());
  }

  /**
   * Reads what was moved before this process had the journal, or by another that has it.
   *
   * @param own whether this process writes the journal
   */
  void follow(GroupJournal journal, boolean own, long nowNanos) {
    boolean news = own ? knownId == 0 : journal.nextId() != knownId;
    if (!news || nowNanos - nextTryNanos < 0) {
      return;
    }
    try {
      moved = history.newest(group, RECENT);
      knownId = journal.nextId();
    } catch (IOException e) {
      tryLater(e, nowNanos);
    }
  }

  /**
   * Moves entries, if there are any and it is time.
   *
   * @param journal with nothing in it that is not durable
   * @return the journal without what was moved
   */
  GroupJournal move(GroupJournal journal, long nowNanos) {
    List<Entry> entries = journal.entries();
    boolean calm = journal.operation().isEmpty() && journal.wish().isEmpty();
    if (entries.isEmpty() || !(calm || entries.size() > MANY) || nowNanos - nextTryNanos < 0) {
      return journal;
    }
    try {
      history.keep(group, entries);
    } catch (IOException e) {
      tryLater(e, nowNanos);
      return journal;
    }
    moved = List.copyOf(newest(recent(journal)));
    knownId = journal.nextId();
    return journal.withoutEntriesUpTo(entries.getLast().number());
  }

  private void tryLater(IOException e, long nowNanos) {
    nextTryNanos = nowNanos + RETRY.toNanos();
    LOG.warn("{}: {}; tried again", group, e.getMessage());
  }
}
