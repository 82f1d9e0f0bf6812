package io.understudy.bench.outage;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a primary is changed, and what is wanted then. */
enum Change {
  /** As planned: nothing may fail, nor be copied anew. */
  SWITCHOVER(25, 0.99, 250),
  /** By {@code kill -9}. */
  KILL(500, 1, 1000);

  private final double medianMillis;
  private final double highShare;
  private final double highMillis;

  Change(double medianMillis, double highShare, double highMillis) {
    this.medianMillis = medianMillis;
    this.highShare = highShare;
    this.highMillis = highMillis;
  }

  /** As on the command line. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The one of a name. */
  static Optional<Change> named(String text) {
    return Arrays.stream(values()).filter(change -> change.text().equals(text)).findFirst();
  }

  /** The figures to reach, in words. */
  String wanted() {
    String waits =
        String.format(
            Locale.ROOT,
            "median at most %.0f ms, %s at most %.0f ms",
            medianMillis,
            highShare < 1 ? Math.round(100 * highShare) + " %" : "all",
            highMillis);
    return switch (this) {
      case SWITCHOVER -> waits + ", nothing unknown, refused, lost or run twice, no full resync";
      case KILL -> waits + ", nothing refused or run twice";
    };
  }

  /** Whether a result is as good. */
  boolean isReachedBy(Result result) {
    CountingClient.Count count = result.count();
    boolean soon =
        Result.quantile(result.changed(), 0.5) <= medianMillis
            && Result.quantile(result.changed(), highShare) <= highMillis;
    boolean kept = count.refused() == 0 && count.twice() == 0;
    return switch (this) {
      case SWITCHOVER ->
          soon && kept && count.unknown() == 0 && count.lost() == 0 && result.fullResyncs() == 0;
      case KILL -> soon && kept;
    };
  }
}
