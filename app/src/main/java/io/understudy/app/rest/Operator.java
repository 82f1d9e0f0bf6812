package io.understudy.app.rest;

import io.understudy.topology.Address;
import io.understudy.topology.TopologyFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the admin port can ask of the running program beside its reports. Any thread; {@link #ask}
 * may take some seconds.
 */
public interface Operator {

  /** What an operator may want. */
  enum Change {
    SWITCHOVER,
    FAILOVER,
    PAUSE,
    RESUME,
    ACKNOWLEDGE,
    ADD_NODE,
    REMOVE_NODE,
    CANCEL
  }

  /**
   * One request.
   *
   * @param node which node; empty for the best, or for the whole group
   * @param length of a pause
   * @param why a pause is made
   * @param at when a switchover is to begin; empty for at once
   * @param replaceData whether a node that is added may lose data of its own
   * @param trial whether only to say what would be done
   */
  record Wanted(
      Change change,
      Optional<Address> node,
      Duration length,
      String why,
      Optional<Instant> at,
      boolean replaceData,
      boolean trial) {}

  /**
   * How a request ended.
   *
   * @param done whether it was done, or, for a trial, would be
   * @param lines what was done, or what stands against it; one sentence each
   */
  record Result(boolean done, List<String> lines) {
    public Result {
      lines = List.copyOf(lines);
    }
  }

  /** Asks, and waits for the end. The group is one that {@link #served} knows. */
  Result ask(String group, Wanted wanted);

  /**
   * Reads the configuration again and follows it; waits for that.
   *
   * @param trial whether only to say what would be done
   */
  Result reload(boolean trial);

  /** Whether the program was told to end, and only finishes what is in flight. */
  boolean isEnding();

  /** The names of all groups. */
  List<String> groups();

  /**
   * Who serves a group now.
   *
   * @param fresh whether this was known to be so within the last seconds
   * @param nodes all that are configured
   */
  record Served(
      boolean fresh, Optional<Address> primary, List<Address> replicas, List<Address> nodes) {
    public Served {
      replicas = List.copyOf(replicas);
      nodes = List.copyOf(nodes);
    }
  }

  /** Who serves a group; empty when there is no such group. */
  Optional<Served> served(String group);

  /**
   * The changes of a group that are kept, oldest first; one line each.
   *
   * @param most how many at most, the newest
   */
  Result history(String group, int most);

  /** Gets what happens in a group, in one line; on the group's own thread, returns at once. */
  @FunctionalInterface
  interface Watcher {
    void happened(String group, String line);
  }

  /**
   * Tells {@code watcher} of each change from now on.
   *
   * @return closing it ends the calls
   */
  TopologyFeed.Subscription watch(Watcher watcher);

  /**
   * Decides an entry of the history again from what it was decided on.
   *
   * @return what was decided then and now, one line each; not done when they differ or nothing is
   *     kept of it
   */
  Result replay(String group, long entry);
}
