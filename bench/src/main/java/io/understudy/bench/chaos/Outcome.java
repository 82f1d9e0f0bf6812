package io.understudy.bench.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * What one schedule did to clients.
 *
 * @param outageNanos the longest time that any one client was without an acknowledgement
 * @param wholeNanos from the healing until all was well again
 * @param acknowledged writes that were
 * @param unknown writes of which clients do not know whether they ran
 * @param refused writes that were answered with an error that says that they did not run
 * @param lost acknowledged, and not there at the end
 * @param doubled run more than once
 * @param falselyRefused refused, and run nevertheless
 * @param ofThePast sent after a later reign had answered, and taken in an earlier one all the same
 * @param forced whether a person had to choose the primary, because no server held what was known
 * @param violations promises that were broken, a sentence each
 */
record Outcome(
    Schedule schedule,
    long outageNanos,
    long wholeNanos,
    long acknowledged,
    long unknown,
    long refused,
    long lost,
    long doubled,
    long falselyRefused,
    long ofThePast,
    boolean forced,
    List<String> violations) {
  Outcome {
    violations = List.copyOf(violations);
  }

  /** The same; of a planned change more is demanded than of a fault. */
  Outcome planned(long fullResyncs) {
    if (!schedule.isPlanned() || (unknown == 0 && refused == 0 && fullResyncs == 0)) {
      return this;
    }
    List<String> more = new ArrayList<>(violations);
    more.add(
        "a planned change failed "
            + (unknown + refused)
            + " requests and cost "
            + fullResyncs
            + " full resyncs");
    return new Outcome(
        schedule,
        outageNanos,
        wholeNanos,
        acknowledged,
        unknown,
        refused,
        lost,
        doubled,
        falselyRefused,
        ofThePast,
        forced,
        more);
  }
}
