package io.understudy.replication.state;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.stage.KeyName;
import java.util.List;
import java.util.Optional;

/**
 * Where a source's stream and those of its feeds belong together.
 *
 * @param history the source's replication id
 * @param offset how far its stream was followed, outside of a transaction
 * @param database that is selected there
 * @param server what the source is
 */
public record ResumeState(
    String history, long offset, int database, SourceServer server, List<FeedState> feeds) {
  /** Makes the list unmodifiable. */
  public ResumeState {
    feeds = List.copyOf(feeds);
  }

  /** What is known of a feed that is still the same. */
  public Optional<FeedState> feed(String listen, String plan) {
    return feeds.stream()
        .filter(feed -> feed.listen().equals(listen) && feed.plan().equals(plan))
        .findFirst();
  }

  /**
   * One feed.
   *
   * @param listen where it listens
   * @param plan what it keeps, in words: with other words it is another feed
   * @param replicationId of its own stream
   * @param start offset of the oldest byte of that which is kept
   * @param end what its own stream is at the source's offset
   * @param safeOffset the source's offset up to which its replicas are known to have everything
   * @param selected the database that its stream has selected; -1 for none
   * @param target in whose words it is; empty for the source's own
   * @param pending keys whose values have to be read from the source
   */
  public record FeedState(
      String listen,
      String plan,
      String replicationId,
      long start,
      long end,
      long safeOffset,
      int selected,
      Optional<RdbTarget> target,
      List<KeyName> pending) {
    /** Makes the list unmodifiable. */
    public FeedState {
      pending = List.copyOf(pending);
    }
  }
}
