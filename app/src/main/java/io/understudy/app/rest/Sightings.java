package io.understudy.app.rest;

import java.time.Duration;
import java.util.List;

/** What the proxy saw of single requests and keys, asked on any thread. */
public interface Sightings {
  /** A process without listeners. */
  Sightings NONE =
      new Sightings() {
        @Override
        public List<Slow> slow() {
          return List.of();
        }

        @Override
        public Keys keys(String group) {
          return new Keys(List.of(), List.of());
        }
      };

  /**
   * A request that took long.
   *
   * @param ago how long ago it ended
   * @param took from its arrival to its reply
   * @param name what the client calls itself; empty if nothing
   * @param commands how many the client sent together, of which this is the first
   * @param arguments shortened; none where they may be secret
   * @param more how many further arguments there are
   */
  record Slow(
      String listener,
      String group,
      Duration ago,
      Duration took,
      String client,
      String name,
      int commands,
      String command,
      String key,
      List<String> arguments,
      int more) {
    public Slow {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A key that is asked for often.
   *
   * @param share of all commands of the group, of the last half minute or so
   * @param excess by how much that may be too high
   */
  record Hot(int database, String key, double share, double excess) {}

  /**
   * A key with a large request or reply.
   *
   * @param bytes how long that was
   * @param reply whether it was a reply
   */
  record Big(int database, String key, long bytes, boolean reply, String command, Duration ago) {}

  /** What was seen of a group's keys: the most, and the largest, first. */
  record Keys(List<Hot> hot, List<Big> big) {
    public Keys {
      hot = List.copyOf(hot);
      big = List.copyOf(big);
    }
  }

  /** Requests that took long and are kept, the newest first. */
  List<Slow> slow();

  /** What was seen of a group's keys. */
  Keys keys(String group);
}
