package io.understudy.app.rest;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What an operator may know of a source and its feeds; the form of the public JSON.
 *
 * @param name the group's name, or the address
 * @param source where it is
 * @param state {@code idle}, {@code connecting}, {@code syncing}, {@code streaming}, {@code
 *     retrying} or {@code broken}
 * @param reason why it is not better than it is; may be empty
 * @param server such as {@code redis 7.0.15}; empty until it answered
 * @param offset how far its stream was followed
 * @param fullResyncs snapshots that it sent
 * @param partialResyncs times that its stream went on without one
 * @param snapshot the one that is passing through now
 */
public record ReplicationReport(
    String name,
    String source,
    String state,
    String reason,
    String server,
    long offset,
    long fullResyncs,
    long partialResyncs,
    Optional<Progress> snapshot,
    List<Feed> feeds) {
  private static final double MILLIS_PER_SECOND = 1000;

  public ReplicationReport {
    feeds = List.copyOf(feeds);
  }

  /**
   * How far a snapshot is.
   *
   * @param totalBytes unless the source does not tell
   * @param totalKeys of the databases that were begun; empty before
   */
  public record Progress(
      long bytes, OptionalLong totalBytes, long keys, OptionalLong totalKeys, long elapsedNanos) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** How much of it has passed, 0 to 100; empty while nothing tells. */
    public OptionalLong percent() {
      if (totalBytes.isPresent() && totalBytes.getAsLong() > 0) {
        return OptionalLong.of(100 * bytes / totalBytes.getAsLong());
      }
      return totalKeys.isPresent() && totalKeys.getAsLong() > 0
          ? OptionalLong.of(Math.min(100, 100 * keys / totalKeys.getAsLong()))
          : OptionalLong.empty();
    }

    /** Bytes in a second, on average. */
    public long bytesPerSecond() {
      return elapsedNanos <= 0 ? 0 : (long) (bytes / (elapsedNanos / NANOS_PER_SECOND));
    }

    /** Seconds that are left at that pace; empty while nothing tells. */
    public OptionalLong secondsLeft() {
      OptionalLong percent = percent();
      if (percent.isEmpty() || percent.getAsLong() == 0) {
        return OptionalLong.empty();
      }
      double share = percent.getAsLong() / 100.0;
      return OptionalLong.of(Math.round(elapsedNanos / NANOS_PER_SECOND * (1 - share) / share));
    }
  }

  /**
   * One feed.
   *
   * @param description what is in it
   * @param target in whose words it is; empty for the source's own
   * @param stopped why it was stopped; empty while it is not
   * @param refused why the last replica that asked was refused; empty if it was not
   * @param snapshotKeys of the last snapshot, those that were kept
   * @param snapshotLeftOut and those that were not, by the reason: key, database or content
   * @param passed commands that went on as they were
   * @param leftOut commands that did not concern it, by the reason: key, database, content, message
   *     or function
   * @param cut commands of which a part went on
   * @param fetched commands whose result was read from the source
   * @param translated commands that were said in other words
   * @param unsaid commands that the replicas have no words for
   * @param lost commands that concerned it and were left out all the same, as its policy says
   * @param lastLost the last of them, in words
   */
  public record Feed(
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
      List<Replica> replicas) {
    public Feed {
      snapshotLeftOut = new TreeMap<>(snapshotLeftOut);
      leftOut = new TreeMap<>(leftOut);
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * One replica of a feed.
   *
   * @param lagBytes what it has not acknowledged
   * @param lagMillis how old the first byte of that is
   * @param server such as {@code redis 7.0.15}; empty while that is not known
   * @param refusedCommands replicated commands that it refused: it lacks what they changed
   * @param replacedKeys keys that it held, not from this feed, and that a snapshot replaced
   */
  public record Replica(
      String address,
      String phase,
      long lagBytes,
      long lagMillis,
      String server,
      long refusedCommands,
      long replacedKeys) {}

  /** One line on the snapshot that is passing, or on the stream: what a terminal shows. */
  public String line() {
    if (snapshot.isPresent()) {
      Progress progress = snapshot.get();
      StringBuilder text = new StringBuilder("snapshot: ");
      progress.percent().ifPresent(p -> text.append(p).append(" %, "));
      text.append(progress.keys()).append(" keys, ");
      text.append(progress.bytes() >> 20).append(" MB, ");
      text.append(progress.bytesPerSecond() >> 20).append(" MB/s");
      progress.secondsLeft().ifPresent(s -> text.append(", ").append(s).append(" s left"));
      return text.toString();
    }
    long replicas = feeds.stream().mapToLong(feed -> feed.replicas().size()).sum();
    long lag =
        feeds.stream()
            .flatMap(feed -> feed.replicas().stream())
            .mapToLong(Replica::lagBytes)
            .max()
            .orElse(0);
    long lagMillis =
        feeds.stream()
            .flatMap(feed -> feed.replicas().stream())
            .mapToLong(Replica::lagMillis)
            .max()
            .orElse(0);
    String text = state + ": " + replicas + (replicas == 1 ? " replica" : " replicas");
    return text + (replicas == 0 ? "" : ", lag " + lag + " bytes, " + seconds(lagMillis)) + why();
  }

  static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis / MILLIS_PER_SECOND);
  }

  private String why() {
    return reason.isEmpty() ? "" : "; " + reason;
  }
}
