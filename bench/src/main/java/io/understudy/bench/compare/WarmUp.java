package io.understudy.bench.compare;

import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.RedisBenchmark;
import java.io.IOException;

/**
 * Requests to Understudy before the first round, so that rounds measure how it runs for days, and
 * not how it starts.
 */
final class WarmUp {
  /** Most of the warm-up is sent in pipelines, which takes a tenth of the time. */
  private static final int DEPTH = 16;

  /** The rest of it is sent as it will be measured. */
  private static final int SHARE = 5;

  /** So much of the process's time, and not more, is the compiler's when it has done its work. */
  private static final double QUIET_SHARE = 0.03;

  /** It must be as quiet so often in a row, a second each. */
  private static final int QUIET_SECONDS = 2;

  private WarmUp() {}

  /**
   * Sends a number of requests, then as many as it takes until the compiler is quiet.
   *
   * @param settleSeconds how long to wait for that at most
   * @return how many requests per second it answered at the end
   */
  static double run(RedisBenchmark load, Target target, long requests, int settleSeconds)
      throws IOException, InterruptedException {
    long asMeasured = Math.max(1, requests / SHARE);
    load.atDepth(DEPTH).run(target.port(), requests - asMeasured);
    double speed = load.run(target.port(), asMeasured).requestsPerSecond();
    int quiet = 0;
    for (int second = 0; second < settleSeconds && quiet < QUIET_SECONDS; second++) {
      CpuSample before = CpuSample.of(target.pid());
      speed = load.run(target.port(), Math.max(1, (long) speed)).requestsPerSecond();
      CpuSample.Use use = CpuSample.of(target.pid()).since(before);
      quiet = use.runtimeNanos() <= QUIET_SHARE * use.totalNanos() ? quiet + 1 : 0;
    }
    return speed;
  }
}
