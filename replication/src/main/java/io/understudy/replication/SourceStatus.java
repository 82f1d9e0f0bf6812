package io.understudy.replication;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What there is to say about a source and its feeds. Immutable.
 *
 * @param name as planned
 * @param address where the source is
 * @param state where the link to it stands
 * @param reason one sentence; why it is not better than it is, or empty
 * @param server such as {@code redis 7.0.15}; empty until it answered
 * @param replicationId of the history that is followed; empty without one
 * @param offset how far it was followed
 * @param fullResyncs snapshots that the source sent
 * @param partialResyncs times that the link went on without one
 * @param snapshot the snapshot that is passing through now
 */
public record SourceStatus(
    String name,
    String address,
    State state,
    String reason,
    String server,
    String replicationId,
    long offset,
    long fullResyncs,
    long partialResyncs,
    Optional<Progress> snapshot,
    List<FeedStatus> feeds) {
  /** Makes the list unmodifiable. */
  public SourceStatus {
    feeds = List.copyOf(feeds);
  }

  /** Where the link to a source stands. */
  public enum State {
    /** No replica needs anything yet. */
    IDLE,
    /** Being connected to. */
    CONNECTING,
    /** A snapshot is passing through. */
    SYNCING,
    /** The stream is followed. */
    STREAMING,
    /** Lost; it is tried again. */
    RETRYING,
    /** It cannot go on before an operator changes something; it is tried again now and then. */
    BROKEN
  }

  /**
   * How far a snapshot is.
   *
   * @param bytes read so far
   * @param totalBytes unless the source does not tell
   * @param keys read so far
   * @param totalKeys as the snapshot itself announced; empty before
   * @param elapsedNanos since its first byte
   */
  public record Progress(
      long bytes, OptionalLong totalBytes, long keys, OptionalLong totalKeys, long elapsedNanos) {}

  /**
   * One feed.
   *
   * @param listen where it listens
   * @param description what it has
   * @param target in whose words it is; empty for the source's own
   * @param stopped why it was stopped; empty while it is not
   * @param refused why the last replica that asked was refused; empty if it was not
   * @param offset of its own stream
   * @param backlogBytes how much of that is kept
   * @param snapshotKeys of the last snapshot, those that were kept
   * @param snapshotLeftOut and those that were not, by the reason: key, database or content
   * @param leftOut commands that did not concern it, by the reason: also message or function
   * @param translated commands that were said in other words
   * @param unsaid commands that the replicas have no words for
   * @param lost commands that concerned it and were left out all the same, as its policy says
   * @param lastLost the last of them, in words
   * @param replicas those that are attached or wait
   */
  public record FeedStatus(
      String listen,
      String description,
      String target,
      Optional<String> stopped,
      Optional<String> refused,
      long offset,
      long backlogBytes,
      long snapshotKeys,
      Map<String, Long> snapshotLeftOut,
      long passed,
      Map<String, Long> leftOut,
      long cut,
      long fetched,
      long translated,
      long unsaid,
      long lost,
      Optional<String> lastLost,
      long fullResyncs,
      long partialResyncs,
      List<ReplicaStatus> replicas) {
    /** Makes the list unmodifiable. */
    public FeedStatus {
      snapshotLeftOut = new TreeMap<>(snapshotLeftOut);
      leftOut = new TreeMap<>(leftOut);
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * One replica of a feed.
   *
   * @param phase {@code waiting}, {@code receiving}, {@code gated} or {@code streaming}
   * @param lagBytes what it has not acknowledged
   * @param lagMillis how old the first byte of that is
   * @param server such as {@code redis 7.0.15}; empty while that is not known
   * @param refusedCommands replicated commands that it refused since it was first asked
   * @param replacedKeys keys that it held, not from this feed, when it asked for a snapshot
   */
  public record ReplicaStatus(
      String address,
      String phase,
      long lagBytes,
      long lagMillis,
      String server,
      long refusedCommands,
      long replacedKeys) {}
}
