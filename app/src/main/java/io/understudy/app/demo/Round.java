package io.understudy.app.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one unattended round gave.
 *
 * @param sums what became of the writes of this round
 * @param stepMillis milliseconds from the kill to each step, in order; a step that was not seen is
 *     absent
 * @param ending who is what at the end, one line per server
 * @param inOrder whether exactly one primary is left and the others replicate from it
 */
record Round(
    WriteLog.Sums sums, Map<String, Double> stepMillis, List<String> ending, boolean inOrder) {
  Round {
    stepMillis = new LinkedHashMap<>(stepMillis);
    ending = List.copyOf(ending);
  }

  /** The longest pause that a client saw. */
  double pauseMillis() {
    return sums.longestPauseNanos() / 1e6;
  }

  /** Whether nothing failed, was lost or ran twice, and the servers are in order. */
  boolean isGood() {
    return complaint().isEmpty();
  }

  /** What is not as it should be; empty when all is. */
  Optional<String> complaint() {
    if (sums.acknowledged() == 0) {
      return Optional.of("no write was ever acknowledged");
    }
    if (sums.failed() > 0) {
      return Optional.of(
          sums.failed() + " writes failed, the last with: " + sums.lastFailure().orElse(""));
    }
    if (sums.lost() > 0) {
      return Optional.of(sums.lost() + " acknowledged writes are lost");
    }
    if (sums.twice() > 0) {
      return Optional.of(sums.twice() + " writes ran twice");
    }
    if (sums.refusedYetDone() > 0) {
      return Optional.of(sums.refusedYetDone() + " writes failed and yet were executed");
    }
    return inOrder
        ? Optional.empty()
        : Optional.of("not exactly one primary with all others replicating");
  }
}
