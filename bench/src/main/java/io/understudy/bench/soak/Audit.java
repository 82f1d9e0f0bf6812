package io.understudy.bench.soak;

import java.util.Locale;

/**
 * What became of one kind of requests.
 *
 * @param requests how many were sent
 * @param done acknowledged
 * @param unknown answered with an error that says that nobody knows, or not at all
 * @param refused answered with an error that says that it has not run
 * @param broken of the unknown, those that got no answer
 * @param lost acknowledged, and not there at the end
 * @param twice run more than once
 * @param ranThoughRefused refused, and run nevertheless
 * @param refusals the texts of the refusals
 */
record Audit(
    String name,
    int requests,
    int done,
    int unknown,
    int refused,
    int broken,
    int lost,
    int twice,
    int ranThoughRefused,
    String refusals) {
  /** The columns of {@link #line}. */
  static String header() {
    return String.format(
        "%-24s %9s %9s %8s %8s %8s %6s %6s %6s",
        "", "requests", "done", "unknown", "refused", "broken", "lost", "twice", "false");
  }

  /** One line of the table. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%-24s %,9d %,9d %8d %8d %8d %6d %6d %6d%s",
        name,
        requests,
        done,
        unknown,
        refused,
        broken,
        lost,
        twice,
        ranThoughRefused,
        refusals.isEmpty() ? "" : "  " + refusals);
  }

  /** Whether every promise was kept. */
  boolean isGood() {
    return lost == 0 && twice == 0 && ranThoughRefused == 0 && broken == 0;
  }
}
