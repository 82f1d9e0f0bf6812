package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which groups a command goes to, and what becomes of their answers, as the servers' own command
 * tips say: {@code request_policy} and {@code response_policy}.
 */
public sealed interface Division {
  /** What cannot be divided, in the servers' words. */
  String CROSSSLOT = "CROSSSLOT Keys in request don't hash to the same slot";

  /** All of it goes to one group. */
  record Whole(String group) implements Division {}

  /** Each part goes to a group; the answers become one. */
  record Parts(List<Part> parts, Merging merging) implements Division {
    /** Makes the list unmodifiable. */
    public Parts {
      parts = List.copyOf(parts);
    }
  }

  /** Its keys are of several groups and it cannot be divided. */
  record Refused() implements Division {}

  /**
   * What one group is asked.
   *
   * @param arguments the command's, name first, as Latin-1
   * @param places which of the whole command's keys its keys are; empty where it does not matter
   */
  record Part(String group, List<String> arguments, List<Integer> places) {
    /** Makes the lists unmodifiable. */
    public Part {
      arguments = List.copyOf(arguments);
      places = List.copyOf(places);
    }
  }

  /** Commands about channels, which no key tells the group of. */
  Set<String> CHANNELS = Set.of("publish", "spublish");

  /**
   * Divides one command.
   *
   * @param arguments name first, as Latin-1
   * @param keys which of them are keys
   */
  static Division of(Command command, List<String> arguments, List<Integer> keys, Routes routes) {
    if (command.name().equals("scan")) {
      return scan(arguments, routes);
    }
    if (keys.isEmpty()) {
      return withoutKeys(command, arguments, routes);
    }
    String first = routes.groupOf(arguments.get(keys.getFirst()));
    for (int key : keys) {
      if (!routes.groupOf(arguments.get(key)).equals(first)) {
        return command.tips().contains("request_policy:multi_shard")
            ? byKeys(command, arguments, keys, routes)
            : new Refused();
      }
    }
    return new Whole(first);
  }

  private static Division withoutKeys(Command command, List<String> arguments, Routes routes) {
    if (CHANNELS.contains(command.name()) || command.name().startsWith("pubsub|")) {
      return new Whole(routes.pubsub());
    }
    Set<String> tips = command.tips();
    boolean toAll =
        tips.contains("request_policy:all_shards") || tips.contains("request_policy:all_nodes");
    Merging merging = toAll ? Merging.of(command) : Merging.NONE;
    if (merging == Merging.NONE || command.has(CommandFlag.BLOCKING)) {
      return new Whole(routes.usual());
    }
    List<Part> parts = new ArrayList<>();
    for (String group : routes.groups()) {
      parts.add(new Part(group, arguments, List.of()));
    }
    return new Parts(parts, merging);
  }

  /** Each key goes with what stands behind it up to the next. */
  private static Division byKeys(
      Command command, List<String> arguments, List<Integer> keys, Routes routes) {
    int step = keys.size() > 1 ? keys.get(1) - keys.get(0) : 1;
    Map<String, List<String>> byGroup = new LinkedHashMap<>();
    Map<String, List<Integer>> places = new LinkedHashMap<>();
    for (int place = 0; place < keys.size(); place++) {
      int key = keys.get(place);
      String group = routes.groupOf(arguments.get(key));
      List<String> part =
          byGroup.computeIfAbsent(
              group, name -> new ArrayList<>(arguments.subList(0, keys.getFirst())));
      part.addAll(arguments.subList(key, Math.min(key + step, arguments.size())));
      places.computeIfAbsent(group, name -> new ArrayList<>()).add(place);
    }
    List<Part> parts = new ArrayList<>();
    byGroup.forEach(
        (group, part) -> parts.add(new Part(group, part, places.getOrDefault(group, List.of()))));
    Merging merging = Merging.of(command);
    return new Parts(parts, merging == Merging.NONE ? Merging.IN_ORDER : merging);
  }

  /** A cursor holds the number of the group it belongs to; 0 begins with the first. */
  private static Division scan(List<String> arguments, Routes routes) {
    List<String> groups = routes.groups();
    if (arguments.size() < 2 || !arguments.get(1).matches("[0-9]{1,20}")) {
      return new Whole(routes.usual());
    }
    Cursor cursor = Cursor.parse(arguments.get(1), groups.size());
    List<String> asked = new ArrayList<>(arguments);
    asked.set(1, cursor.within());
    String group = groups.get(cursor.group());
    return new Parts(List.of(new Part(group, asked, List.of(cursor.group()))), Merging.CURSOR);
  }
}
