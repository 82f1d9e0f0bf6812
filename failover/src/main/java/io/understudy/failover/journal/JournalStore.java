package io.understudy.failover.journal;

import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.text.RecordText;
import io.understudy.topology.Journal;
import java.io.IOException;
import java.util.Optional;

/**
 * One group's journal in a {@link Journal}, as the record it is.
 *
 * <p>Not thread-safe: the thread that decides for the group uses it.
 */
public final class JournalStore {
  private final Journal journal;
  private GroupJournal durable;
  private long revision;

  private JournalStore(Journal journal, GroupJournal durable, long revision) {
    this.journal = journal;
    this.durable = durable;
    this.revision = revision;
  }

  /**
   * Loads the journal of {@code group}; a group without one begins with an empty journal of {@code
   * newOwner}, which is saved at once so that the owner stays the same for ever.
   *
   * @throws IOException when what is there cannot be used; one line, with what to do
   */
  public static JournalStore open(Journal journal, String group, String newOwner)
      throws IOException {
    var saved = journal.load(group);
    if (saved.isEmpty()) {
      GroupJournal empty = GroupJournal.empty(group, newOwner);
      return new JournalStore(journal, empty, journal.save(group, RecordText.write(empty), 0));
    }
    return new JournalStore(journal, parse(group, saved.get().text()), saved.get().revision());
  }

  /**
   * The journal of {@code group} as it is now, for a process that does not write it; empty when
   * there is none yet.
   *
   * @throws IOException when what is there cannot be used; one line, with what to do
   */
  public static Optional<GroupJournal> read(Journal journal, String group) throws IOException {
    var saved = journal.load(group);
    return saved.isEmpty() ? Optional.empty() : Optional.of(parse(group, saved.get().text()));
  }

  private static GroupJournal parse(String group, String text) throws IOException {
    GroupJournal loaded;
    try {
      loaded = RecordText.read(text, GroupJournal.class);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "the journal of " + group + " cannot be understood: " + e.getMessage(), e);
    }
    if (!loaded.group().equals(group)) {
      throw new IOException(
          "the journal of " + group + " belongs to another group, " + loaded.group());
    }
    return loaded;
  }

  /** What a restart would find. */
  public GroupJournal durable() {
    return durable;
  }

  /**
   * Makes {@code next} durable, if there is anything in it that {@link GroupJournal#mustBeSaved
   * must be saved}.
   *
   * @throws IOException when it could not be made durable; then {@link #durable} stays what it was
   */
  public void save(GroupJournal next) throws IOException {
    if (next.mustBeSaved(durable)) {
      revision = journal.save(next.group(), RecordText.write(next), revision);
      durable = next;
    }
  }
}
