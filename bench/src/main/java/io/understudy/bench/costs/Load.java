package io.understudy.bench.costs;

import io.understudy.bench.measure.LoadResult;
import java.io.IOException;

/** What is sent to one variant, as much of it as is asked for. */
interface Load {
  /**
   * Sends {@code requests} requests to 127.0.0.1 and waits for the last reply.
   *
   * @throws IOException when that fails, or a reply is not what it has to be; in one line
   */
  LoadResult run(int port, long requests) throws IOException, InterruptedException;

  /** How many of so many requests only read. */
  long reads(long requests);
}
