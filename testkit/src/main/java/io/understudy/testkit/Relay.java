package io.understudy.testkit;

import io.understudy.topology.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP relay in front of a server that holds back, delays, cuts or refuses, each direction on its
 * own: the network's faults, without the kernel's help. Thread-safe.
 */
public final class Relay implements AutoCloseable {
  /** Which way bytes go. */
  public enum Direction {
    TO_SERVER,
    TO_CLIENT
  }

  /** What happens to bytes towards the server that were waited for, and to their connection. */
  public enum Fate {
    /** They are thrown away, and the connection ends. */
    DROPPED,
    /** The server gets them, and the connection ends before it can answer. */
    PASSED_ON,
    /** They, and all that follows on the connection, are held back until {@link #release(Cut)}. */
    HELD
  }

  /** Waits for words towards the server, in order and on one connection, and strikes once. */
  public final class Cut {
    private final Fate fate;
    private final List<String> words;
    private final Map<Integer, Integer> found = new HashMap<>();
    private boolean done;
    private boolean released;

    private Cut(Fate fate, List<String> words) {
      this.fate = fate;
      this.words = words;
    }

    /** Whether it struck. */
    public boolean isDone() {
      lock.lock();
      try {
        return done;
      } finally {
        lock.unlock();
      }
    }

    /** Whether these bytes complete what is waited for; the words must not be split. */
    private boolean strikes(int connection, String bytes) {
      int from = 0;
      int next = found.getOrDefault(connection, 0);
      while (next < words.size() && bytes.indexOf(words.get(next), from) >= 0) {
        from = bytes.indexOf(words.get(next), from) + words.get(next).length();
        next++;
      }
      found.put(connection, next);
      return !done && next == words.size();
    }
  }

  /** Waits for a place in what one side says, and strikes there once. */
  public final class PlaceCut {
    private final Direction direction;
    private final StreamPlace place;
    private final boolean holds;
    private boolean done;
    private boolean released;

    private PlaceCut(Direction direction, StreamPlace place, boolean holds) {
      this.direction = direction;
      this.place = place;
      this.holds = holds;
    }

    /** Whether it struck. */
    public boolean isDone() {
      lock.lock();
      try {
        return done;
      } finally {
        lock.unlock();
      }
    }

    /** Lets a connection end that is held at the place. */
    public void release() {
      set(() -> released = true);
    }
  }

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int BACKLOG = 512;

  private final Address target;
  private final Ports.Reserved port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Direction> held = EnumSet.noneOf(Direction.class);
  private final Map<Direction, Duration> delays = new EnumMap<>(Direction.class);
  private @Nullable ServerSocket listening;
  private final AtomicInteger connectionCount = new AtomicInteger();
  private @Nullable Cut cut;
  private @Nullable PlaceCut placeCut;
  private @Nullable Rewriting rewriting;
  private int heldAfter = Integer.MAX_VALUE;
  private boolean closed;

  private Relay(Address target) {
    this.target = target;
    this.port = Ports.reserve();
  }

  /** Starts a relay to {@code target} on a port of its own. */
  public static Relay to(Address target) {
    var relay = new Relay(target);
    relay.accept();
    return relay;
  }

  /** Where to connect instead of to the server. */
  public Address address() {
    return new Address("127.0.0.1", port.port());
  }

  /** Holds back bytes of one direction until {@link #release}; connections stay open. */
  public void hold(Direction direction) {
    set(() -> held.add(direction));
  }

  /** Lets bytes of one direction go on, those held back first. */
  public void release(Direction direction) {
    set(() -> held.remove(direction));
  }

  /**
   * Arms a cut, in place of an earlier one.
   *
   * @param words what the server must be sent, in this order on one connection, each whole
   */
  public Cut cut(Fate fate, String... words) {
    var armed = new Cut(fate, List.of(words));
    set(() -> cut = armed);
    return armed;
  }

  /**
   * Arms a cut at a place, in place of an earlier one: what comes before it is passed on, and then
   * the connection is reset.
   */
  public PlaceCut cutAt(Direction direction, StreamPlace place) {
    var armed = new PlaceCut(direction, place, false);
    set(() -> placeCut = armed);
    return armed;
  }

  /** The same, but the connection stays open and silent until {@link PlaceCut#release}. */
  public PlaceCut holdAt(Direction direction, StreamPlace place) {
    var armed = new PlaceCut(direction, place, true);
    set(() -> placeCut = armed);
    return armed;
  }

  /** Puts a text of the same length in the place of another, wherever the server says it. */
  public void rewrite(String from, String to) {
    set(() -> rewriting = new Rewriting(from, to));
  }

  /** What the server says otherwise. */
  private record Rewriting(String from, String to) {
    void apply(byte[] bytes, int length) {
      String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
      byte[] changed = text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
      System.arraycopy(changed, 0, bytes, 0, length);
    }
  }

  /** Lets go on what a cut holds. */
  public void release(Cut held) {
    set(() -> held.released = true);
  }

  /** How many connections were taken so far. */
  public int connectionCount() {
    return connectionCount.get();
  }

  /**
   * Holds back both directions of some connections, present and later ones, until {@link
   * #releaseAll}: those taken after the first {@code count}.
   */
  public void holdConnectionsAfter(int count) {
    set(() -> heldAfter = count);
  }

  /** Lets everything go on that was held back. */
  public void releaseAll() {
    set(
        () -> {
          heldAfter = Integer.MAX_VALUE;
          held.clear();
        });
  }

  /** Delays each piece of one direction. */
  public void delay(Direction direction, Duration delay) {
    set(() -> delays.put(direction, delay));
  }

  /** Breaks all present connections with a reset; new ones are taken. */
  public void reset() {
    for (Socket socket : sockets) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException e) {
        // Already closed by its other side, which is what is wanted.
      }
      closeQuietly(socket);
    }
  }

  /** Refuses new connections and resets the present ones. */
  public void refuse() {
    closeListening();
    reset();
  }

  /** Takes connections again after {@link #refuse}; harmless while it does already. */
  public void accept() {
    lock.lock();
    try {
      if (listening != null) {
        return;
      }
      var socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port()), BACKLOG);
      listening = socket;
      Thread.ofVirtual().name("relay-" + port.port()).start(() -> acceptAll(socket));
    } catch (IOException e) {
      throw new AssertionError("cannot listen on " + address(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    set(() -> closed = true);
    refuse();
    port.close();
  }

  private void set(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void closeListening() {
    lock.lock();
    try {
      if (listening != null) {
        closeQuietly(listening);
        listening = null;
      }
    } finally {
      lock.unlock();
    }
  }

  private void acceptAll(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        sockets.add(client);
        int number = connectionCount.incrementAndGet();
        Thread.ofVirtual().start(() -> join(client, number));
      } catch (IOException e) {
        return; // closed by refuse
      }
    }
  }

  private void join(Socket client, int number) {
    var server = new Socket();
    sockets.add(server);
    try {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(new InetSocketAddress(target.host(), target.port()));
    } catch (IOException e) {
      closeBoth(client, server);
      return;
    }
    Thread.ofVirtual().start(() -> pump(client, server, Direction.TO_SERVER, number));
    pump(server, client, Direction.TO_CLIENT, number);
  }

  /** Where the armed cut strikes in one direction of one connection. */
  private final class Watch {
    private final Direction direction;
    private StreamPlace.@Nullable Finder finder;
    private @Nullable PlaceCut of;

    Watch(Direction direction) {
      this.direction = direction;
    }

    /** How many bytes come before the place; -1 if it is not among them. */
    int strike(byte[] bytes, int length) {
      lock.lock();
      try {
        if (direction == Direction.TO_CLIENT && rewriting != null) {
          rewriting.apply(bytes, length);
        }
        PlaceCut armed = placeCut;
        if (armed == null || armed.done || armed.direction != direction) {
          return -1;
        }
        StreamPlace.Finder looking = finder;
        if (looking == null || of != armed) {
          looking = armed.place.finder();
          finder = looking;
          of = armed;
        }
        return looking.find(bytes, length);
      } finally {
        lock.unlock();
      }
    }

    /** Says that the place is reached, and waits there if it is to be held. */
    void struck() throws InterruptedException {
      lock.lock();
      try {
        PlaceCut armed = of;
        if (armed != null) {
          armed.done = true;
          while (armed.holds && !armed.released && !closed) {
            changed.await();
          }
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void pump(Socket from, Socket to, Direction direction, int number) {
    byte[] buffer = new byte[BUFFER_BYTES];
    var watch = new Watch(direction);
    try {
      while (true) {
        int count = from.getInputStream().read(buffer);
        if (count < 0 || !pass(direction, number)) {
          break;
        }
        Fate fate =
            direction == Direction.TO_SERVER
                ? fate(number, new String(buffer, 0, count, StandardCharsets.ISO_8859_1))
                : null;
        if (fate == Fate.DROPPED) {
          break;
        }
        int place = watch.strike(buffer, count);
        if (place >= 0) {
          to.getOutputStream().write(buffer, 0, place);
          to.getOutputStream().flush();
          watch.struck();
          from.setSoLinger(true, 0);
          to.setSoLinger(true, 0);
          break;
        }
        if (fate == Fate.PASSED_ON) {
          passOnUnheard(from, to, buffer, count);
          continue;
        }
        to.getOutputStream().write(buffer, 0, count);
        to.getOutputStream().flush();
      }
    } catch (IOException e) {
      // One side is gone; the other learns it below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closeBoth(from, to);
  }

  /**
   * The server has the bytes before the client learns that its connection is gone. The other
   * direction needs the lock before it passes anything on, so nothing that the server answers is
   * heard.
   */
  private void passOnUnheard(Socket from, Socket to, byte[] bytes, int count) throws IOException {
    lock.lock();
    try {
      to.getOutputStream().write(bytes, 0, count);
      to.getOutputStream().flush();
      closeQuietly(from);
    } finally {
      lock.unlock();
    }
  }

  /** What the cut does to these bytes, after it let go of them; null when nothing. */
  private @Nullable Fate fate(int number, String bytes) throws InterruptedException {
    lock.lock();
    try {
      Cut armed = cut;
      if (armed == null || !armed.strikes(number, bytes)) {
        return null;
      }
      armed.done = true;
      while (armed.fate == Fate.HELD && !armed.released && !closed) {
        changed.await();
      }
      return armed.fate;
    } finally {
      lock.unlock();
    }
  }

  /** Waits as the direction's settings say; false when the relay was closed meanwhile. */
  private boolean pass(Direction direction, int number) throws InterruptedException {
    lock.lock();
    try {
      long left = delays.getOrDefault(direction, Duration.ZERO).toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
      while ((held.contains(direction) || number > heldAfter) && !closed) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void closeBoth(Socket one, Socket other) {
    closeQuietly(one);
    closeQuietly(other);
    sockets.remove(one);
    sockets.remove(other);
  }

  private static void closeQuietly(java.io.Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // Closing is all that was wanted of it.
    }
  }
}
