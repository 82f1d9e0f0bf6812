package io.understudy.proxy.session;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The channels, patterns and shard channels one session is subscribed to, as Latin-1. */
final class Subscriptions {
  private static final int NAMES_PER_COMMAND = 256;

  private final Set<String> channels = new LinkedHashSet<>();
  private final Set<String> patterns = new LinkedHashSet<>();
  private final Set<String> shards = new LinkedHashSet<>();

  /** All of the three together. */
  int count() {
    return channels.size() + patterns.size() + shards.size();
  }

  /** Follows a confirmation of the server. */
  void confirmed(String kind, String name) {
    switch (kind) {
      case "subscribe" -> channels.add(name);
      case "psubscribe" -> patterns.add(name);
      case "ssubscribe" -> shards.add(name);
      case "unsubscribe" -> channels.remove(name);
      case "punsubscribe" -> patterns.remove(name);
      case "sunsubscribe" -> shards.remove(name);
      default -> throw new IllegalArgumentException("'" + kind + "' confirms no subscription");
    }
  }

  /** How many there are of the kind that an unsubscribing command names. */
  int count(String unsubscribing) {
    return switch (unsubscribing) {
      case "unsubscribe" -> channels.size();
      case "punsubscribe" -> patterns.size();
      case "sunsubscribe" -> shards.size();
      default -> 0;
    };
  }

  /** Whether {@code kind} is the first element of a confirmation. */
  static boolean isConfirmation(String kind) {
    return switch (kind) {
      case "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe" ->
          true;
      default -> false;
    };
  }

  /** Whether {@code kind} is the first element of a message. */
  static boolean isMessage(String kind) {
    return switch (kind) {
      case "message", "pmessage", "smessage" -> true;
      default -> false;
    };
  }

  /** The commands that subscribe to all of it again. */
  List<String[]> commands() {
    List<String[]> commands = new ArrayList<>();
    add(commands, "SUBSCRIBE", channels);
    add(commands, "PSUBSCRIBE", patterns);
    // Shard channels one by one: those of different slots may not stand in one command.
    shards.forEach(shard -> commands.add(new String[] {"SSUBSCRIBE", shard}));
    return commands;
  }

  private static void add(List<String[]> commands, String name, Set<String> names) {
    List<String> all = List.copyOf(names);
    for (int i = 0; i < all.size(); i += NAMES_PER_COMMAND) {
      List<String> some = all.subList(i, Math.min(all.size(), i + NAMES_PER_COMMAND));
      List<String> command = new ArrayList<>(some.size() + 1);
      command.add(name);
      command.addAll(some);
      commands.add(command.toArray(String[]::new));
    }
  }

  /** These and others. */
  Subscriptions and(Subscriptions others) {
    var all = new Subscriptions();
    for (Subscriptions each : List.of(others, this)) {
      all.channels.addAll(each.channels);
      all.patterns.addAll(each.patterns);
      all.shards.addAll(each.shards);
    }
    return all;
  }

  /** Forgets all: RESET. */
  void clear() {
    channels.clear();
    patterns.clear();
    shards.clear();
  }
}
