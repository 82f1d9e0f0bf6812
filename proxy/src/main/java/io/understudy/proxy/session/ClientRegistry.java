package io.understudy.proxy.session;

import io.understudy.proxy.route.Users;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All clients of the proxy, by the ids it gave them. Any thread. */
public final class ClientRegistry {
  private final ConcurrentHashMap<Long, Session> sessions = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private final Map<String, Long> pauses = new ConcurrentHashMap<>();
  private volatile boolean pausing;

  /** Makes an empty registry. */
  public ClientRegistry() {}

  /** A number that no other client has or had. */
  long nextId() {
    return lastId.incrementAndGet();
  }

  /** Adds a client that was accepted. */
  void add(Session session) {
    sessions.put(session.client().id(), session);
  }

  /** Removes one that is gone. */
  void remove(Client client) {
    sessions.remove(client.id());
  }

  /**
   * A server was told by CLIENT PAUSE to let clients wait: until the given moment, what waits there
   * must not stand before what does not.
   */
  synchronized void paused(String group, long untilNanos) {
    pauses.merge(group, untilNanos, (left, right) -> left - right > 0 ? left : right);
    pausing = true;
  }

  /** CLIENT UNPAUSE. */
  synchronized void unpaused(String group) {
    pauses.remove(group);
    pausing = !pauses.isEmpty();
  }

  /** Whether clients of a group are told to wait at the moment. */
  boolean isPaused(String group, LongSupplier nanoTime) {
    if (!pausing) {
      return false;
    }
    Long until = pauses.get(group);
    if (until != null && until - nanoTime.getAsLong() <= 0) {
      unpaused(group);
      return false;
    }
    return until != null;
  }

  /** How many there are. */
  public int size() {
    return sessions.size();
  }

  /** The one of that id; null if there is none. */
  @Nullable Session session(long id) {
    return sessions.get(id);
  }

  /** All of them, in no order. */
  Collection<Session> sessions() {
    return sessions.values();
  }

  /** Lets every client's requests in flight be answered, then closes it; waits for that. */
  public void drain(Duration deadline) {
    drain(List.copyOf(sessions.values()), deadline);
  }

  /**
   * The same for the clients that came through one listener; who is not through by then is closed.
   */
  public void drain(Attendance listener, Duration deadline) {
    List<Session> theirs =
        sessions.values().stream().filter(session -> session.cameThrough(listener)).toList();
    drain(theirs, deadline);
    theirs.forEach(Session::close);
  }

  /**
   * Tells the clients of a listener that its users are others now; lets those finish who are not
   * among them as they were, and closes who is not through by the deadline. Waits for that.
   */
  public void changed(Attendance listener, @Nullable Users users, Duration deadline) {
    List<Session> others =
        sessions.values().stream()
            .filter(session -> session.cameThrough(listener) && !session.adopts(users))
            .toList();
    drain(others, deadline);
    others.forEach(Session::close);
  }

  /** How many clients came through a listener. */
  public long count(Attendance listener) {
    return sessions.values().stream().filter(session -> session.cameThrough(listener)).count();
  }

  private static void drain(List<Session> all, Duration deadline) {
    all.forEach(Session::finish);
    long end = System.nanoTime() + deadline.toNanos();
    for (Session session : all) {
      session.awaitClosed(Math.max(0, end - System.nanoTime()));
    }
  }

  /** Closes every client at once; waits for that. */
  public void closeAll() {
    for (Session session : List.copyOf(sessions.values())) {
      session.close();
      session.awaitClosed(TimeUnit.SECONDS.toNanos(1));
    }
  }
}
