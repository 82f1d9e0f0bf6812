package io.understudy.replication.rdb;

import java.util.List;

/**
 * A stream: its entries, still packed as every version packs them, and what is remembered of them.
 *
 * @param nodes the entries
 * @param length how many of them are not deleted
 * @param last the greatest id that was ever given
 * @param first the id of the first entry; zero when there is none, or when the type has no room
 * @param maxDeleted the greatest id that was deleted
 * @param added how many entries were ever added; for the oldest type the length
 */
public record StreamContent(
    List<Node> nodes,
    long length,
    EntryId last,
    EntryId first,
    EntryId maxDeleted,
    long added,
    List<Group> groups) {
  public StreamContent {
    nodes = List.copyOf(nodes);
    groups = List.copyOf(groups);
  }

  /**
   * An entry's id; both parts are numbers without sign.
   *
   * @param millis the first part
   * @param sequence the second part
   */
  public record EntryId(long millis, long sequence) {
    /** Less than every entry's. */
    public static final EntryId ZERO = new EntryId(0, 0);

    @Override
    public String toString() {
      return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
  }

  /**
   * Some entries.
   *
   * @param base the id that theirs are counted from
   * @param listpack the entries
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Node(EntryId base, byte[] listpack) {}

  /**
   * A consumer group.
   *
   * @param entriesRead its counter of entries, -1 when the server does not know it
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Group(
      byte[] name,
      EntryId last,
      long entriesRead,
      List<Pending> pending,
      List<Consumer> consumers) {
    public Group {
      pending = List.copyOf(pending);
      consumers = List.copyOf(consumers);
    }
  }

  /** An entry that was delivered and not acknowledged. */
  public record Pending(EntryId id, long deliveredAtMillis, long deliveries) {}

  /**
   * A consumer of a group.
   *
   * @param seenAtMillis when it last tried, in milliseconds since 1970
   * @param activeAtMillis when it last got something; -1 when never or when that is not known
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Consumer(
      byte[] name, long seenAtMillis, long activeAtMillis, List<EntryId> pending) {
    public Consumer {
      pending = List.copyOf(pending);
    }
  }

  /** An entry as XRANGE shows it: names and values in turn. */
  public record Entry(EntryId id, List<byte[]> fields) {
    public Entry {
      fields = List.copyOf(fields);
    }
  }

  /**
   * The entries that are not deleted, in order.
   *
   * @throws RdbException when a node is damaged
   */
  public List<Entry> entries() {
    return StreamNodes.entries(nodes);
  }
}
