package io.understudy.app.wiring;

import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.SourceConfig;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a configuration changes of the sources that are fed to others. A source stays the same while
 * its name and its state folder are; a feed, while all of its line is. What is in none of the lists
 * goes on untouched.
 *
 * @param ended which of the sources that run are no more, from 0
 * @param endedFeeds feeds of sources that stay, which are no more or begin anew
 * @param begunFeeds feeds of sources that stay, which are new or begin anew
 * @param begun sources that are new
 * @param reached sources that stay, and are logged in to or reached in another way
 * @param lines the same for a person, a sentence each
 */
record ReplicationChange(
    List<Integer> ended,
    List<Part> endedFeeds,
    List<Part> begunFeeds,
    List<SourceConfig> begun,
    List<Reached> reached,
    List<String> lines) {
  /**
   * A feed of a source that stays.
   *
   * @param source which of those that run, from 0
   */
  record Part(int source, FeedConfig feed) {}

  /**
   * A source that stays, and is reached in another way.
   *
   * @param source which of those that run, from 0
   */
  record Reached(int source, SourceConfig wanted) {}

  ReplicationChange {
    ended = List.copyOf(ended);
    endedFeeds = List.copyOf(endedFeeds);
    begunFeeds = List.copyOf(begunFeeds);
    begun = List.copyOf(begun);
    reached = List.copyOf(reached);
    lines = List.copyOf(lines);
  }

  /** Compares what runs with what is wanted. */
  static ReplicationChange of(List<SourceConfig> now, List<SourceConfig> next) {
    List<Integer> left = new ArrayList<>(IntStream.range(0, now.size()).boxed().toList());
    List<Part> endedFeeds = new ArrayList<>();
    List<Part> begunFeeds = new ArrayList<>();
    List<SourceConfig> begun = new ArrayList<>();
    List<Reached> reached = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (SourceConfig wanted : next) {
      Optional<Integer> known = left.stream().filter(i -> isSame(now.get(i), wanted)).findFirst();
      if (known.isEmpty()) {
        begun.add(wanted);
        continue;
      }
      left.removeIf(known.get()::equals);
      SourceConfig running = now.get(known.get());
      if (!running.auth().equals(wanted.auth()) || !running.tls().equals(wanted.tls())) {
        reached.add(new Reached(known.get(), wanted));
        lines.add("source " + wanted.name() + " is reached in its new way from the next link on");
      }
      for (FeedConfig feed : running.feeds()) {
        if (!wanted.feeds().contains(feed)) {
          endedFeeds.add(new Part(known.get(), feed));
        }
      }
      for (FeedConfig feed : wanted.feeds()) {
        if (!running.feeds().contains(feed)) {
          begunFeeds.add(new Part(known.get(), feed));
        }
      }
    }
    lines.addAll(ofFeeds(endedFeeds, begunFeeds));
    left.forEach(i -> lines.add(ofAll(now.get(i), "ends; replicas keep what they have")));
    begun.forEach(source -> lines.add(ofAll(source, "begins")));
    return new ReplicationChange(left, endedFeeds, begunFeeds, begun, reached, lines);
  }

  private static List<String> ofFeeds(List<Part> ended, List<Part> begun) {
    Set<Address> before = ended.stream().map(p -> p.feed().listen()).collect(Collectors.toSet());
    Set<Address> after = begun.stream().map(p -> p.feed().listen()).collect(Collectors.toSet());
    List<String> lines = new ArrayList<>();
    for (Part part : ended) {
      if (!after.contains(part.feed().listen())) {
        lines.add(
            "the feed at " + part.feed().listen() + " ends; its replicas keep what they have");
      }
    }
    for (Part part : begun) {
      lines.add(
          "the feed at "
              + part.feed().listen()
              + (before.contains(part.feed().listen())
                  ? " begins anew; its replicas get another snapshot"
                  : " is open"));
    }
    return lines;
  }

  private static boolean isSame(SourceConfig running, SourceConfig wanted) {
    return running.name().equals(wanted.name())
        && running.origin().equals(wanted.origin())
        && running.state().equals(wanted.state());
  }

  private static String ofAll(SourceConfig source, String what) {
    List<String> places = source.feeds().stream().map(feed -> feed.listen().toString()).toList();
    return "replication of " + source.name() + " to " + String.join(", ", places) + " " + what;
  }
}
