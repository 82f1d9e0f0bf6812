package io.understudy.bench.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What happens in one round, all of it drawn from a seed.
 *
 * @param number from 0
 * @param injections one or two, in the order of their times
 * @param healAfter from the last injection to the healing
 * @param seed for what the injections leave open, such as which replica
 */
record Schedule(int number, List<Injection> injections, Duration healAfter, long seed) {
  private static final int FIRST_MILLIS = 700;
  private static final int SECOND_MILLIS = 2_500;
  private static final int SHORTEST_MILLIS = 300;
  private static final int LONGEST_MILLIS = 6_000;
  private static final double SECOND_SHARE = 0.3;
  private static final Duration SINGLE_HEAL_AFTER = Duration.ofSeconds(2);

  /**
   * One fault.
   *
   * @param after from the one before, or from the beginning
   */
  record Injection(Fault fault, Duration after) {}

  /**
   * The schedule of a number; the first faults of consecutive numbers go through {@code faults}.
   *
   * @param single whether one fault is enough, and it is healed once it must have been coped with
   */
  static Schedule draw(long seed, int number, List<Fault> faults, boolean single) {
    var random = new SplittableRandom(seed * 1_000_003L + number);
    List<Injection> injections = new ArrayList<>();
    injections.add(
        new Injection(
            faults.get(number % faults.size()), Duration.ofMillis(random.nextInt(FIRST_MILLIS))));
    if (!single && random.nextDouble() < SECOND_SHARE) {
      injections.add(
          new Injection(
              faults.get(random.nextInt(faults.size())),
              Duration.ofMillis(random.nextInt(SECOND_MILLIS))));
    }
    return new Schedule(
        number,
        List.copyOf(injections),
        single
            ? SINGLE_HEAL_AFTER
            : Duration.ofMillis(random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS)),
        random.nextLong());
  }

  /** What is counted together: its fault, if it is only one. */
  String kind() {
    return injections.size() == 1 ? injections.getFirst().fault().text() : "two faults";
  }

  /** Whether the primary is only changed as planned, and nothing goes wrong. */
  boolean isPlanned() {
    return injections.stream().allMatch(i -> i.fault() == Fault.SWITCHOVER);
  }

  /** Whether a primary may be replaced in it. */
  boolean replacesPrimary() {
    return injections.stream().anyMatch(i -> i.fault().replacesPrimary());
  }

  Random random() {
    return new Random(seed);
  }

  @Override
  public String toString() {
    return "schedule "
        + number
        + ": "
        + injections.stream()
            .map(i -> i.fault().text() + " after " + i.after().toMillis() + " ms")
            .collect(Collectors.joining(", "))
        + ", healed "
        + healAfter.toMillis()
        + " ms later";
  }
}
