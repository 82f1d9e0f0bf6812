package io.understudy.replication;

import io.understudy.replication.source.SourceOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One source and the feeds that are made of it.
 *
 * @param name what operators call it
 * @param source how to reach it
 * @param feeds at least one
 * @param gather how long the first replica that needs a snapshot waits for those of other feeds, so
 *     that one snapshot serves all
 * @param state the folder in which positions and streams are kept, so that another process can go
 *     on; empty to keep them in memory
 * @param maxCommandBytes a longer command of the stream breaks it
 */
public record SourcePlan(
    String name,
    SourceOptions source,
    List<FeedPlan> feeds,
    Duration gather,
    Optional<Path> state,
    int maxCommandBytes) {
  /** Makes the list unmodifiable. */
  public SourcePlan {
    feeds = List.copyOf(feeds);
    if (feeds.isEmpty()) {
      throw new IllegalArgumentException("a source without feeds: " + name);
    }
  }
}
