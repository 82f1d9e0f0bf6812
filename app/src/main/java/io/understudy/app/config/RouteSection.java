package io.understudy.app.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads {@code routes} of a listener: one rule each, and a group that exists. */
final class RouteSection {
  private static final List<String> RULES = List.of("prefix", "glob", "regex", "slots");

  /** The proxy keeps the group's number in cursors. */
  private static final int MOST_GROUPS = 64;

  private RouteSection() {}

  /**
   * The routes of a listener; empty if it has none.
   *
   * @param group reads the name of a group
   */
  static Optional<Configuration.Routes> read(
      Section listener, Function<Value, Optional<String>> group) {
    Optional<Value> written = listener.get("routes");
    Optional<String> pubsub = listener.get("pubsub").flatMap(group);
    if (written.isEmpty()) {
      listener.get("pubsub").ifPresent(v -> v.problem("has no meaning without 'routes'"));
      return Optional.empty();
    }
    listener
        .get("reads")
        .filter(v -> !v.rawText().equals("primary"))
        .ifPresent(v -> v.problem("cannot be combined with 'routes'; remove one of them"));
    List<Configuration.Route> routes = new ArrayList<>();
    for (Value item : written.get().items("a list of routes, each with a rule and a group")) {
      item.section(List.of("prefix", "glob", "regex", "slots", "group"))
          .ifPresent(section -> route(item, section, group).ifPresent(routes::add));
    }
    if (routes.stream().map(Configuration.Route::group).distinct().count() >= MOST_GROUPS - 1) {
      written.get().problem("leads to too many groups; at most " + MOST_GROUPS + " are possible");
    }
    return Optional.of(new Configuration.Routes(routes, pubsub));
  }

  private static Optional<Configuration.Route> route(
      Value item, Section section, Function<Value, Optional<String>> group) {
    List<String> rules = RULES.stream().filter(rule -> section.get(rule).isPresent()).toList();
    Optional<String> to = section.require("group", "write the group of these keys").flatMap(group);
    if (rules.size() != 1) {
      item.problem("a route has exactly one of prefix, glob, regex and slots");
      return Optional.empty();
    }
    return section.get(rules.getFirst()).stream()
        .flatMap(value -> rule(rules.getFirst(), value).stream())
        .findFirst()
        .flatMap(rule -> to.map(name -> new Configuration.Route(rule, name)));
  }

  private static Optional<FeedConfig.KeyRule> rule(String kind, Value value) {
    return switch (kind) {
      case "prefix" -> value.text("a text").map(FeedConfig.KeyRule.Prefix::new);
      case "glob" -> glob(value);
      case "regex" -> ReplicationSection.expression(value);
      default -> ReplicationSection.slots(value);
    };
  }

  private static Optional<FeedConfig.KeyRule> glob(Value value) {
    return value
        .text("a glob")
        .filter(
            text -> {
              boolean closed =
                  text.replaceAll("\\\\.", "").replaceAll("\\[[^\\]]+]", "").indexOf('[') < 0;
              if (!closed) {
                value.problem("'" + text + "' has a bracket that is not closed; write \\[ for one");
              }
              return closed;
            })
        .map(FeedConfig.KeyRule.Glob::new);
  }
}
