package io.understudy.app.takeover;

import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients of one listener: some that stay on their connection and write, several requests at a
 * time, and some that come, write once and go. Whatever fails is noted.
 */
final class Clients implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int PIPELINED = 8;

  private final Door door;
  private final List<Thread> staying = new ArrayList<>();
  private final List<Thread> coming = new ArrayList<>();
  private final AtomicLong stayingWrites = new AtomicLong();
  private final AtomicLong comingWrites = new AtomicLong();
  private final AtomicLong unknown = new AtomicLong();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private volatile boolean stayersStop;
  private volatile boolean comersStop;

  /** How a client connects. */
  interface Door {
    RespConnection open() throws IOException;
  }

  Clients(Address address) {
    this(() -> RespConnection.open(address, TIMEOUT));
  }

  Clients(Door door) {
    this.door = door;
  }

  /** Begins with so many that stay. */
  void stay(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      RespConnection connection = door.open();
      staying.add(Thread.startVirtualThread(() -> stay(connection)));
    }
  }

  /** Begins with one that comes and goes, all the time. */
  void come() {
    coming.add(Thread.startVirtualThread(this::comeAndGo));
  }

  private void stay(RespConnection connection) {
    try (connection) {
      while (!stayersStop) {
        for (int i = 0; i < PIPELINED; i++) {
          connection.send("INCR", "staying");
        }
        for (int i = 0; i < PIPELINED; i++) {
          note(connection.read(), stayingWrites);
        }
      }
    } catch (IOException e) {
      failures.add("one that stayed: " + e);
    }
  }

  private void comeAndGo() {
    while (!comersStop) {
      try (RespConnection connection = door.open()) {
        note(connection.ask("INCR", "coming"), comingWrites);
      } catch (IOException e) {
        failures.add("one that came: " + e);
      }
    }
  }

  private void note(Reply reply, AtomicLong writes) {
    switch (reply) {
      case Reply.Count _ -> writes.incrementAndGet();
      case Reply.Failure(String message) when message.startsWith("UNKNOWNOUTCOME") ->
          unknown.incrementAndGet();
      case Reply.Text _, Reply.Failure _, Reply.Items _, Reply.Nothing _ ->
          failures.add("a reply: " + reply);
    }
  }

  /** Those that stay close their connections, when the requests under way are answered. */
  void leave() throws InterruptedException {
    stayersStop = true;
    for (Thread thread : staying) {
      thread.join();
    }
  }

  /** Nobody comes any more. */
  void endComing() throws InterruptedException {
    comersStop = true;
    for (Thread thread : coming) {
      thread.join();
    }
  }

  /** Everybody ends. */
  void end() throws InterruptedException {
    endComing();
    leave();
  }

  long staying() {
    return stayingWrites.get();
  }

  long coming() {
    return comingWrites.get();
  }

  /** How many writes may have run or not. */
  long unknown() {
    return unknown.get();
  }

  List<String> failures() {
    return failures;
  }

  @Override
  public void close() {
    try {
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
