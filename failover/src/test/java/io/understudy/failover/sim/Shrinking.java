package io.understudy.failover.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A run that violates an invariant, made as short as it gets: without every fault that the
 * violation does not need, told in numbered steps.
 *
 * <p>A run without a fault is another run, because what is drawn after it is drawn anew; so faults
 * are left out one after another, for as long as the same invariant is violated.
 *
 * @param seed what the run is made from
 * @param skipped the faults that are left out, by number
 * @param faults how many are left
 * @param violation of the shortest run
 * @param story its steps, one line each
 */
record Shrinking(
    long seed, Set<Integer> skipped, int faults, Violation violation, List<String> story) {

  /** Nothing that keeps happening needs to be told so often. */
  private static final int MAX_STEPS = 200;

  /**
   * Makes a run short.
   *
   * @return empty when it violates nothing
   */
  static Optional<Shrinking> of(long seed, Simulation.Setting setting) {
    Simulation.Result shortest = Simulation.run(seed, setting, false);
    if (shortest.violation().isEmpty()) {
      return Optional.empty();
    }
    String invariant = shortest.violation().get().invariant();
    Set<Integer> skipped = new TreeSet<>();
    boolean shorter = true;
    while (shorter) {
      shorter = false;
      for (int fault = 1; fault <= shortest.faults(); fault++) {
        if (!skipped.add(fault)) {
          continue;
        }
        Simulation.Result without = Simulation.run(seed, setting.skipping(skipped), false);
        boolean same = without.violation().filter(v -> v.invariant().equals(invariant)).isPresent();
        if (same) {
          shortest = without;
          shorter = true;
        } else {
          skipped.remove(fault);
        }
      }
    }
    Simulation.Result told = Simulation.run(seed, setting.skipping(skipped), true);
    return Optional.of(
        new Shrinking(
            seed,
            Set.copyOf(skipped),
            told.faults() - skipped.size(),
            told.violation().orElseThrow(),
            story(told.trace())));
  }

  /** The steps without those in which nothing new is said. */
  private static List<String> story(List<String> trace) {
    List<String> steps = new ArrayList<>();
    String before = "";
    for (String line : trace) {
      String said = line.replaceAll("[0-9.]+ (ms|s) ", "").replaceAll("^ *[0-9.]+ ", "");
      boolean dull = said.contains("steady:") && before.contains("steady:");
      if (!dull && !said.equals(before)) {
        steps.add(line.strip());
      }
      before = said;
    }
    List<String> last = steps.subList(Math.max(0, steps.size() - MAX_STEPS), steps.size());
    List<String> numbered = new ArrayList<>();
    for (int i = 0; i < last.size(); i++) {
      numbered.add(String.format(Locale.ROOT, "%3d. %s", i + 1, last.get(i)));
    }
    return List.copyOf(numbered);
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ", without the faults "
        + new TreeSet<>(skipped)
        + " of "
        + (faults + skipped.size())
        + ": "
        + violation.getMessage()
        + "\n"
        + String.join("\n", story);
  }
}
