package io.understudy.app.demo;

import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The demo's client: several connections to the one address, each writing at a steady pace and
 * never sending a write again.
 */
final class Writers implements AutoCloseable {
  /** Longer than requests are held, so that Understudy's answer comes first. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Address address;
  private final WriteLog log;
  private final long intervalNanos;
  private final LongSupplier nanos;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * Starts to write.
   *
   * @param interval between two writes of one connection
   * @param factory makes one thread per connection
   */
  Writers(
      Address address,
      int connections,
      Duration interval,
      WriteLog log,
      LongSupplier nanos,
      ThreadFactory factory) {
    this.address = address;
    this.log = log;
    this.intervalNanos = interval.toNanos();
    this.nanos = nanos;
    for (int i = 0; i < connections; i++) {
      threads.add(factory.newThread(this::write));
    }
    threads.forEach(Thread::start);
  }

  private void write() {
    long waitingSince = -1;
    while (!stopped) {
      try (RespConnection connection = connect()) {
        while (!stopped) {
          long begun = nanos.getAsLong();
          waitingSince = waitingSince < 0 ? begun : waitingSince;
          if (writeOnce(connection, waitingSince)) {
            waitingSince = -1;
          }
          LockSupport.parkNanos(intervalNanos - (nanos.getAsLong() - begun));
        }
      } catch (IOException e) {
        // The write that was under way is accounted for; the next one needs a new connection.
        waitingSince = waitingSince < 0 ? nanos.getAsLong() : waitingSince;
        LockSupport.parkNanos(intervalNanos);
      }
    }
  }

  /** A client that cannot connect cannot write: that write failed. */
  private RespConnection connect() throws IOException {
    try {
      return RespConnection.open(address, TIMEOUT);
    } catch (IOException e) {
      log.refused(log.begin(), "cannot connect: " + e.getMessage());
      throw e;
    }
  }

  /** Whether the write was acknowledged. */
  private boolean writeOnce(RespConnection connection, long waitingSince) throws IOException {
    long id = log.begin();
    Reply reply;
    try {
      connection.send("HINCRBY", WriteLog.key(id), Long.toString(id), "1");
      reply = connection.read();
    } catch (IOException e) {
      log.unknown(id);
      throw e;
    }
    switch (reply) {
      case Reply.Count count -> log.done(id, waitingSince, nanos.getAsLong());
      case Reply.Failure failure when failure.message().startsWith("UNKNOWN") -> log.unknown(id);
      case Reply.Failure failure -> log.refused(id, failure.message());
      case Reply.Text text -> log.refused(id, "not a number: " + text.text());
      case Reply.Items items -> log.refused(id, "not a number: an array");
      case Reply.Nothing nothing -> log.refused(id, "not a number: nothing");
    }
    return reply instanceof Reply.Count;
  }

  /** Stops, and waits for the writes that are under way. */
  @Override
  public void close() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join(TIMEOUT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
