package io.understudy.replication;

import io.understudy.replication.sink.Backlog;
import io.understudy.replication.state.ResumeState;
import io.understudy.replication.state.RingFile;
import io.understudy.replication.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one source and its feeds keep: in files for the next process if there is a folder for them,
 * or else until the end of this one. One thread at a time.
 */
final class Memory {
  private final Optional<StateFile> file;
  private final Optional<ResumeState> earlier;

  private Memory(Optional<StateFile> file) {
    this.file = file;
    this.earlier = file.flatMap(StateFile::load);
  }

  /**
   * Opens it.
   *
   * @throws ReplicationException in one line, if the folder cannot be used
   */
  static Memory open(Optional<Path> folder) throws ReplicationException {
    try {
      return new Memory(
          folder.isPresent() ? Optional.of(StateFile.open(folder.get())) : Optional.empty());
    } catch (IOException e) {
      throw new ReplicationException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Where an earlier process was, if one can go on from there. */
  Optional<ResumeState> earlier() {
    return earlier;
  }

  /** What an earlier process knew of a feed that is still the same. */
  Optional<ResumeState.FeedState> earlier(FeedPlan plan) {
    return earlier.flatMap(state -> state.feed(plan.listen().toString(), plan.identity()));
  }

  /**
   * The backlog of a feed, with what an earlier process left in it.
   *
   * @throws ReplicationException in one line, if there is no room for it
   */
  Backlog backlog(FeedPlan plan) throws ReplicationException {
    return backlog(plan, earlier(plan));
  }

  /** The backlog of a feed that begins now, whatever an earlier process left. */
  Backlog freshBacklog(FeedPlan plan) throws ReplicationException {
    return backlog(plan, Optional.empty());
  }

  private Backlog backlog(FeedPlan plan, Optional<ResumeState.FeedState> state)
      throws ReplicationException {
    if (file.isEmpty()) {
      return new Backlog(plan.backlogBytes(), 0);
    }
    RingFile ring;
    try {
      ring = file.get().ring(plan.listen().toString(), plan.backlogBytes());
    } catch (IOException e) {
      throw new ReplicationException(
          "there is no room for the backlog of " + plan.listen() + ": " + e.getMessage(), e);
    }
    long end = state.map(ResumeState.FeedState::end).orElse(0L);
    long start = state.map(known -> ring.oldest(known.start())).orElse(0L);
    return new Backlog(ring.memory(), Math.min(start, end), end, ring::reserve);
  }

  /** Remembers where everything is; empty when nobody could go on from here. */
  void save(Optional<ResumeState> state) {
    file.ifPresent(known -> known.save(state));
  }

  /** Whether anything is kept for the next process. */
  boolean isKept() {
    return file.isPresent();
  }

  void close() {
    try {
      if (file.isPresent()) {
        file.get().close();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("the state cannot be let go", e);
    }
  }
}
