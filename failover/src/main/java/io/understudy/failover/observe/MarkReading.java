package io.understudy.failover.observe;

import io.understudy.failover.view.EpochMark;
import java.util.Optional;

/**
 * What reading the mark's key gave.
 *
 * @param readable whether the server answered the question
 * @param mark what the key holds; empty when it does not exist, and while it is not readable
 */
record MarkReading(boolean readable, Optional<EpochMark> mark) {
  /** The server refused to say. */
  static final MarkReading UNREADABLE = new MarkReading(false, Optional.empty());

  static MarkReading of(Optional<EpochMark> mark) {
    return new MarkReading(true, mark);
  }
}
