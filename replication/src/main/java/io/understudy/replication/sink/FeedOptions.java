package io.understudy.replication.sink;

import java.time.Duration;
import java.util.Optional;

/**
 * How a feed treats its replicas.
 *
 * @param password what replicas must send as their {@code primaryauth}; empty for none
 * @param pingEvery how often replicas are told that all is well; below their {@code repl-timeout}
 * @param silence a replica that says nothing for this long is cut off
 * @param keepAlive how often a replica that waits for its snapshot, or for the next kept entry of
 *     it, is told to be patient
 */
public record FeedOptions(
    Optional<String> password, Duration pingEvery, Duration silence, Duration keepAlive) {
  /** As servers do by default. */
  public static final FeedOptions DEFAULT =
      new FeedOptions(
          Optional.empty(), Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(1));
}
