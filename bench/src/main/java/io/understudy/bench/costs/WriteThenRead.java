package io.understudy.bench.costs;

import io.understudy.bench.measure.LoadResult;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Connections that each write a key and read that key next, again and again; on one thread.
 *
 * @param depth requests that each connection sends before it waits; with 1, the read follows when
 *     the write was answered
 * @param connections how many connections
 * @param valueBytes size of the values
 * @param ownWrites whether a read must find what the same connection wrote just before
 */
record WriteThenRead(int depth, int connections, int valueBytes, boolean ownWrites)
    implements Load {
  /** As the options call it. */
  static final String NAME = "SET+GET";

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  public long reads(long requests) {
    return requests / 2;
  }

  @Override
  public LoadResult run(int port, long requests) throws IOException {
    Histogram nanos = new Histogram(SIGNIFICANT_DIGITS);
    List<WritingReader> clients = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        clients.add(WritingReader.connect(port, i, this, selector));
      }
      long begin = System.nanoTime();
      long sent = 0;
      for (WritingReader client : clients) {
        if (sent < requests) {
          client.send();
          sent += depth;
        }
      }
      long answered = 0;
      while (answered < sent) {
        if (selector.select(PATIENCE.toMillis()) == 0) {
          throw new IOException("port " + port + ": no answer for " + PATIENCE.toSeconds() + " s");
        }
        for (SelectionKey key : selector.selectedKeys()) {
          WritingReader client = (WritingReader) key.attachment();
          if (client.goOn()) {
            answered += depth;
            nanos.recordValue(client.tookNanos());
            if (sent < requests) {
              client.send();
              sent += depth;
            }
          }
        }
        selector.selectedKeys().clear();
      }
      return new LoadResult(
          answered * NANOS_PER_SECOND / (System.nanoTime() - begin),
          nanos.getValueAtPercentile(50) / NANOS_PER_MILLI,
          nanos.getValueAtPercentile(99) / NANOS_PER_MILLI);
    } finally {
      for (WritingReader client : clients) {
        client.close();
      }
    }
  }
}
