package io.understudy.zookeeper;

import io.understudy.testkit.sim.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A simulated ensemble: one order of writes, sessions that expire, servers that lag, answers that
 * are lost, and requests that arrive after their sender gave up.
 */
final class SimZookeeper {
  private static final long LONGEST_LAG_NANOS = 500_000_000L;
  private static final int WATCH_DELAY_MILLIS = 60;

  private record Watch(Client client, Runnable listener) {}

  /** The tree after a write, and when that was. */
  private record State(long atNanos, Map<String, Store.Cell> nodes) {}

  private final VirtualTime time;
  private final Timing timing;
  private final List<State> states = new ArrayList<>();
  private final Map<String, Set<Watch>> watches = new HashMap<>();
  private final Map<Long, Long> heardNanos = new TreeMap<>();
  private final Map<String, Long> cutNanos = new HashMap<>();
  private long transactions = 1;
  private long sessions;
  private boolean quorum = true;

  SimZookeeper(VirtualTime time, Timing timing) {
    this.time = time;
    this.timing = timing;
    Map<String, Store.Cell> nodes = new HashMap<>();
    for (String name : List.of(Tree.KEEPERS, Tree.JOURNALS, Tree.TOPOLOGIES, Tree.PROXIES)) {
      nodes.put(name, new Store.Cell(new byte[0], 0, 1, 0));
    }
    nodes.put(Tree.LEADERS, new Store.Cell(new byte[0], 0, 1, 0));
    nodes.put(Tree.PUBLISHED, new Store.Cell(new byte[0], 0, 1, 0));
    nodes.put(Tree.part(Tree.partOf(SimKeeping.GROUP)), new Store.Cell(new byte[0], 0, 1, 0));
    states.add(new State(0, nodes));
    expireSessions();
  }

  void quorum(boolean there) {
    time.trace("zookeeper", there ? "has its majority again" : "loses its majority");
    quorum = there;
    if (there) {
      // A new leader gives every session its whole time again.
      heardNanos.replaceAll((session, heard) -> time.nowNanos());
    }
  }

  void cut(SimProcess process, boolean off) {
    time.trace(process.name, off ? "is cut off from ZooKeeper" : "reaches ZooKeeper again");
    if (off) {
      cutNanos.putIfAbsent(process.name, time.nowNanos());
    } else {
      cutNanos.remove(process.name);
    }
  }

  private boolean answers(SimProcess process) {
    return quorum && !cutNanos.containsKey(process.name);
  }

  private Map<String, Store.Cell> newest() {
    return states.getLast().nodes();
  }

  private void expireSessions() {
    if (quorum) {
      List<Long> expired = new ArrayList<>();
      heardNanos.forEach(
          (session, heard) -> {
            if (time.nowNanos() - heard > timing.session().toNanos()) {
              expired.add(session);
            }
          });
      for (long session : expired) {
        heardNanos.remove(session);
        time.trace("zookeeper", "session " + session + " expires");
        for (Map.Entry<String, Store.Cell> each : List.copyOf(newest().entrySet())) {
          if (each.getValue().owner() == session) {
            put(each.getKey(), Optional.empty());
          }
        }
      }
    }
    time.after(timing.session().toNanos() / 12, this::expireSessions);
  }

  private void put(String name, Optional<Store.Cell> cell) {
    Map<String, Store.Cell> next = new HashMap<>(newest());
    cell.ifPresentOrElse(c -> next.put(name, c), () -> next.remove(name));
    states.add(new State(time.nowNanos(), next));
    transactions++;
    fire(name);
    int slash = name.indexOf('/');
    if (slash > 0) {
      fire(name.substring(0, slash));
    }
  }

  private void fire(String name) {
    Set<Watch> due = watches.remove(name);
    if (due != null) {
      int index = states.size() - 1;
      for (Watch each : due) {
        time.after(
            time.millis(0, WATCH_DELAY_MILLIS),
            () -> {
              if (each.client().process.isAlive() && answers(each.client().process)) {
                each.client().seen = Math.max(each.client().seen, index);
                each.listener().run();
              }
            });
      }
    }
  }

  /** The store as one process has it. */
  Store client(SimProcess process) {
    return new Client(process);
  }

  private final class Client implements Store {
    private final SimProcess process;
    private long session;
    private int seen;

    Client(SimProcess process) {
      this.process = process;
      ping();
    }

    /** The client library's own signs of life, which go on while the process's code is busy. */
    private void ping() {
      if (process.isAlive()) {
        if (answers(process) && !process.isPaused() && heardNanos.containsKey(session)) {
          heardNanos.put(session, time.nowNanos());
        }
        time.after(timing.session().toNanos() / 6, this::ping);
      }
    }

    @Override
    public boolean isConnected() {
      Long since = cutNanos.get(process.name);
      boolean noticed =
          since != null && time.nowNanos() - since > timing.session().toNanos() * 2 / 3;
      return !noticed;
    }

    @Override
    public long session() {
      return session;
    }

    @Override
    public void onConnection(Runnable listener) {}

    private long delay() {
      return time.random().nextInt(20) == 0
          ? time.millis(10, 400)
          : time.between(200_000L, 8_000_000L);
    }

    private <T> T call(Supplier<T> work) throws IOException {
      process.await(delay());
      if (!answers(process)) {
        if (time.random().nextBoolean()) {
          late(work);
        }
        process.await(timing.lease().toNanos());
        throw new IOException("ZooKeeper does not answer");
      }
      if (!heardNanos.containsKey(session)) {
        session = ++sessions;
      }
      heardNanos.put(session, time.nowNanos());
      T result = work.get();
      process.await(delay());
      if (!answers(process) || time.random().nextInt(200) == 0) {
        throw new IOException("the answer was lost");
      }
      return result;
    }

    /** What was sent arrives when its sender no longer waits for it. */
    private <T> void late(Supplier<T> work) {
      long of = session;
      time.after(
          time.millis(1, 4_000),
          () -> {
            if (quorum && heardNanos.containsKey(of) && session == of) {
              var _ = work.get();
            }
          });
    }

    private Map<String, Cell> seen() {
      int least = seen;
      while (least < states.size() - 1
          && time.nowNanos() - states.get(least + 1).atNanos() > LONGEST_LAG_NANOS) {
        least++;
      }
      seen =
          time.random().nextInt(3) > 0
              ? states.size() - 1
              : least + time.random().nextInt(states.size() - least);
      return states.get(seen).nodes();
    }

    private Map<String, Cell> synced() {
      seen = states.size() - 1;
      return newest();
    }

    @Override
    public Optional<Cell> read(String name, Runnable listener) throws IOException {
      return call(
          () -> {
            Optional<Cell> cell = Optional.ofNullable(seen().get(name));
            watch(name, listener);
            return cell;
          });
    }

    /** A watch on a view that lags is due at once, when the view has caught up. */
    private void watch(String name, Runnable listener) {
      Cell now = newest().get(name);
      Cell known = states.get(seen).nodes().get(name);
      boolean same = now == null ? known == null : now.equals(known);
      if (same && seen == states.size() - 1) {
        watches.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(new Watch(this, listener));
      } else {
        time.after(time.millis(1, WATCH_DELAY_MILLIS), listener);
      }
    }

    @Override
    public Optional<Cell> readNewest(String name) throws IOException {
      return call(() -> Optional.ofNullable(synced().get(name)));
    }

    @Override
    public List<Optional<Cell>> readAll(List<String> names) throws IOException {
      return call(
          () -> {
            var nodes = seen();
            return names.stream().map(name -> Optional.ofNullable(nodes.get(name))).toList();
          });
    }

    @Override
    public List<Optional<Cell>> readAll(String first, Runnable listener, List<String> others)
        throws IOException {
      return call(
          () -> {
            List<Optional<Cell>> cells = new ArrayList<>();
            cells.add(Optional.ofNullable(seen().get(first)));
            watch(first, listener);
            for (String name : others) {
              if (time.random().nextInt(8) == 0) {
                var _ = seen(); // Something was written between one of them and the next.
              }
              cells.add(Optional.ofNullable(states.get(seen).nodes().get(name)));
            }
            return cells;
          });
    }

    @Override
    public List<String> children(String name, Runnable listener) throws IOException {
      return call(
          () -> {
            List<String> children = below(name, seen());
            watch(name, listener);
            return children;
          });
    }

    @Override
    public List<String> childrenNewest(String name) throws IOException {
      return call(() -> below(name, synced()));
    }

    private static List<String> below(String parent, Map<String, Cell> nodes) {
      return nodes.keySet().stream()
          .filter(name -> name.startsWith(parent + "/"))
          .map(name -> name.substring(parent.length() + 1))
          .sorted()
          .toList();
    }

    @Override
    public Optional<Cell> create(String name, byte[] bytes, boolean ephemeral) throws IOException {
      return call(
          () -> {
            if (synced().containsKey(name)) {
              return Optional.empty();
            }
            var cell = new Cell(bytes, 0, transactions, ephemeral ? session : 0);
            put(name, Optional.of(cell));
            seen = states.size() - 1;
            return Optional.of(cell);
          });
    }

    private OptionalInt replace(String name, byte[] bytes, int version) {
      Cell before = synced().get(name);
      if (before == null || (version != ANY && before.version() != version)) {
        return OptionalInt.empty();
      }
      int next = before.version() + 1;
      put(name, Optional.of(new Cell(bytes, next, before.incarnation(), before.owner())));
      seen = states.size() - 1;
      return OptionalInt.of(next);
    }

    @Override
    public OptionalInt write(String name, byte[] bytes, int version) throws IOException {
      return call(() -> replace(name, bytes, version));
    }

    @Override
    public void delete(String name, int version) throws IOException {
      var _ =
          call(
              () -> {
                Cell before = synced().get(name);
                if (before != null && (version == ANY || before.version() == version)) {
                  put(name, Optional.empty());
                }
                return true;
              });
    }

    @Override
    public OptionalInt writeAndCount(
        String name, byte[] bytes, int version, String counter, String part) throws IOException {
      return call(
          () -> {
            if (version == ABSENT) {
              if (synced().containsKey(name)) {
                return OptionalInt.empty();
              }
              put(name, Optional.of(new Cell(bytes, 0, transactions, 0)));
            } else if (replace(name, bytes, version).isEmpty()) {
              return OptionalInt.empty();
            }
            var _ = replace(part, new byte[0], ANY);
            return replace(counter, new byte[0], ANY);
          });
    }

    @Override
    public boolean writeIfCounted(String name, byte[] bytes, String counter, int count)
        throws IOException {
      return call(
          () -> {
            Cell counted = synced().get(counter);
            return counted != null
                && counted.version() == count
                && replace(name, bytes, ANY).isPresent();
          });
    }
  }
}
