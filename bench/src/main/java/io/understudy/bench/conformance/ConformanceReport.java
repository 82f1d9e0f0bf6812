package io.understudy.bench.conformance;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What two runs of the suite show when they are laid side by side.
 *
 * @param direct the run without the proxy; null if it was left out, and then every test that failed
 *     through the proxy counts as a difference
 */
record ConformanceReport(
    Checkout checkout,
    boolean resp3,
    KnownDifferences known,
    @Nullable SuiteResult direct,
    SuiteResult proxied) {
  /** Prints it; returns the exit code. */
  int print(PrintStream out) {
    String release = checkout.release() + (resp3 ? "-resp3" : "");
    List<String> unexplained = new ArrayList<>();
    List<String> explained = new ArrayList<>();
    for (String test : differing()) {
      String reason = known.reason(release, test);
      String said = proxied.failures().getOrDefault(test, "it did not run");
      if (reason.isEmpty()) {
        unexplained.add(test + "\n      " + said);
      } else {
        explained.add(test + "\n      " + reason);
      }
    }
    out.printf(
        Locale.ROOT,
        "%s %s%s: its own test suite%n",
        checkout.family(),
        checkout.version(),
        resp3 ? ", RESP3" : "");
    if (direct != null) {
      line(out, "passed directly", direct);
    }
    line(out, "passed through the proxy", proxied);
    list(out, "differences that are right", explained);
    list(out, "differences", unexplained);
    boolean good =
        unexplained.isEmpty() && proxied.finished() && (direct == null || direct.finished());
    out.println(good ? "GOOD: every difference is explained" : "BAD: it differs");
    return good ? 0 : 1;
  }

  private static void line(PrintStream out, String what, SuiteResult result) {
    out.printf(
        Locale.ROOT,
        "  %-28s %5d   failed %d, left out by the suite %d%s%n",
        what,
        result.passed().size(),
        result.failures().size(),
        result.ignored(),
        result.finished() ? "" : ", NOT RUN TO ITS END");
  }

  private static void list(PrintStream out, String what, List<String> tests) {
    out.printf(Locale.ROOT, "  %-28s %5d%n", what, tests.size());
    tests.forEach(test -> out.println("    " + test));
  }

  /** Tests that passed on one side only. */
  private List<String> differing() {
    List<String> differing = new ArrayList<>();
    if (direct == null) {
      differing.addAll(proxied.failures().keySet());
      return differing;
    }
    for (String test : direct.passed().keySet()) {
      if (!proxied.passed().containsKey(test)) {
        differing.add(test);
      }
    }
    for (String test : proxied.passed().keySet()) {
      if (direct.failures().containsKey(test)) {
        differing.add(test);
      }
    }
    for (String test : proxied.failures().keySet()) {
      if (!direct.failures().containsKey(test) && !differing.contains(test)) {
        differing.add(test);
      }
    }
    return differing;
  }
}
