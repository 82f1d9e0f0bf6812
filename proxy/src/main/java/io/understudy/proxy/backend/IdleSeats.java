package io.understudy.proxy.backend;

import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.PoolKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The proven connections of a pool that nobody uses at present. Belongs to one event loop. */
final class IdleSeats {
  private static final int MOST_PER_KEY = 512;

  private final Map<PoolKey, ArrayDeque<PinnedSeat>> seats = new HashMap<>();

  /** Whether there is one in this state. */
  boolean has(PoolKey key) {
    return seats.containsKey(key);
  }

  /** Whether one was authenticated with these. */
  boolean knows(Credentials credentials) {
    return seats.keySet().stream().anyMatch(key -> key.credentials().equals(credentials));
  }

  /** Takes the one that was used last; null if there is none. */
  @Nullable PinnedSeat take(PoolKey key) {
    ArrayDeque<PinnedSeat> found = seats.get(key);
    if (found == null) {
      return null;
    }
    PinnedSeat seat = found.pop();
    if (found.isEmpty()) {
      seats.remove(key);
    }
    return seat;
  }

  /** Keeps one; false if there are enough. */
  boolean add(PinnedSeat seat) {
    ArrayDeque<PinnedSeat> others =
        seats.computeIfAbsent(seat.backend().key(), key -> new ArrayDeque<>());
    if (others.size() >= MOST_PER_KEY) {
      return false;
    }
    others.push(seat);
    return true;
  }

  /** Forgets one that was closed. */
  void remove(PinnedSeat seat) {
    PoolKey key = seat.backend().key();
    ArrayDeque<PinnedSeat> others = seats.get(key);
    if (others != null && others.remove(seat) && others.isEmpty()) {
      seats.remove(key);
    }
  }

  /** Takes those out that waited longest: half of each state's, so that one of one stays. */
  List<PinnedSeat> surplus() {
    List<PinnedSeat> surplus = new ArrayList<>();
    for (ArrayDeque<PinnedSeat> others : seats.values()) {
      for (int i = others.size() / 2; i > 0; i--) {
        surplus.add(others.removeLast());
      }
    }
    return surplus;
  }

  /** Takes all of them out. */
  List<PinnedSeat> takeAll() {
    List<PinnedSeat> all = new ArrayList<>();
    seats.values().forEach(all::addAll);
    seats.clear();
    return all;
  }
}
