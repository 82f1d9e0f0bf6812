package io.understudy.bench.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * What one writer was told of each of its writes. Its own thread writes; read it when that ended.
 */
final class Fates {
  /** What a client knows of one write. */
  enum Fate {
    ACKNOWLEDGED,
    /** An error that says that nobody knows, or no answer. */
    UNKNOWN,
    /** Any other error: it has not run. */
    REFUSED
  }

  /**
   * One write.
   *
   * @param sentNanos when it was sent
   * @param answeredNanos when its answer, or its failure, was there
   * @param reign the number of the reign that it ran in; negative when nobody said
   */
  record Write(int id, Fate fate, long sentNanos, long answeredNanos, long reign) {}

  private final List<Write> writes = new ArrayList<>();
  private final long beganNanos;
  private long endedNanos;

  Fates(long beganNanos) {
    this.beganNanos = beganNanos;
  }

  void add(Write write) {
    writes.add(write);
  }

  void end(long nanos) {
    endedNanos = nanos;
  }

  List<Write> writes() {
    return writes;
  }

  long count(Fate fate) {
    return writes.stream().filter(w -> w.fate() == fate).count();
  }

  /** The longest time without an acknowledgement. */
  long outageNanos() {
    long last = beganNanos;
    long longest = 0;
    for (Write write : writes) {
      if (write.fate() == Fate.ACKNOWLEDGED) {
        longest = Math.max(longest, write.answeredNanos() - last);
        last = write.answeredNanos();
      }
    }
    return Math.max(longest, endedNanos - last);
  }
}
