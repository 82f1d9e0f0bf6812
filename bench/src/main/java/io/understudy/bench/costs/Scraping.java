package io.understudy.bench.costs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Reads a page of metrics at once and then each second, on a thread of its own, until closed. */
final class Scraping implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final AtomicReference<String> failure = new AtomicReference<>("");
  private final Thread thread;
  private volatile boolean ended;

  /** Of the page of the process with this admin port on 127.0.0.1. */
  Scraping(int adminPort) {
    thread = Thread.ofPlatform().daemon().name("scraping").start(() -> scrape(adminPort));
  }

  private void scrape(int adminPort) {
    try {
      while (!ended) {
        URI page = URI.create("http://127.0.0.1:" + adminPort + "/metrics");
        try (InputStream in = page.toURL().openStream()) {
          if (in.readAllBytes().length == 0) {
            failure.set("the page of metrics is empty");
          }
        }
        LockSupport.parkNanos(EVERY.toNanos());
      }
    } catch (IOException | UncheckedIOException e) {
      failure.set("the page of metrics cannot be read: " + e.getMessage());
    }
  }

  /**
   * Checks that every scrape so far went well.
   *
   * @throws IOException when one did not
   */
  void demandSuccess() throws IOException {
    if (!failure.get().isEmpty()) {
      throw new IOException(failure.get());
    }
  }

  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(thread);
  }
}
