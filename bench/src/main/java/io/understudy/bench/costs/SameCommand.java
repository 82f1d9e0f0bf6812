package io.understudy.bench.costs;

import io.understudy.bench.measure.LoadResult;
import io.understudy.bench.measure.RedisBenchmark;
import java.io.IOException;

/** One command again and again, by redis-benchmark. */
record SameCommand(RedisBenchmark program) implements Load {
  static final String READ = "GET";

  @Override
  public LoadResult run(int port, long requests) throws IOException, InterruptedException {
    return program.run(port, requests);
  }

  @Override
  public long reads(long requests) {
    return program.command().equals(READ) ? requests : 0;
  }
}
