package io.understudy.proxy.route;

import java.util.ArrayList;
import java.util.List;

/**
 * Which group a key of one listener belongs to: that of the first route that takes it. Immutable;
 * any thread.
 *
 * @param routes in order
 * @param usual the group of keys that no route takes, and of commands without keys
 * @param pubsub the group of channels
 */
public record Routes(List<Route> routes, String usual, String pubsub) {
  /** As many groups as one listener may lead to; their numbers are kept in cursors of SCAN. */
  public static final int MOST_GROUPS = 64;

  /** Makes the list unmodifiable, and refuses too many groups. */
  public Routes {
    routes = List.copyOf(routes);
    if (groups(routes, usual, pubsub).size() > MOST_GROUPS) {
      throw new IllegalArgumentException("a listener leads to at most " + MOST_GROUPS + " groups");
    }
  }

  /** A rule, and the group of the keys that it takes. */
  public record Route(KeyRule rule, String group) {}

  /** A listener that leads to one group. */
  public static Routes to(String group) {
    return new Routes(List.of(), group, group);
  }

  /** All groups, each once, the usual one first; a group's number is its place. */
  public List<String> groups() {
    return groups(routes, usual, pubsub);
  }

  private static List<String> groups(List<Route> routes, String usual, String pubsub) {
    List<String> groups = new ArrayList<>(List.of(usual));
    if (!groups.contains(pubsub)) {
      groups.add(pubsub);
    }
    for (Route route : routes) {
      if (!groups.contains(route.group())) {
        groups.add(route.group());
      }
    }
    return groups;
  }

  /** Whether every key belongs to the same group. */
  public boolean isOne() {
    return groups().size() == 1;
  }

  /** The group of a key, whose characters are bytes. */
  public String groupOf(String key) {
    for (Route route : routes) {
      if (route.rule().takes(key)) {
        return route.group();
      }
    }
    return usual;
  }
}
