package io.understudy.proxy.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** CLIENT KILL: closes clients of the proxy, never a connection to a node. */
final class ClientKill {
  private static final String OLDER_REPLICA = "slave";

  /** The kinds of clients that servers know. */
  static final List<String> TYPES = List.of("normal", "master", "replica", OLDER_REPLICA, "pubsub");

  private static final String SYNTAX = Answers.error("syntax error");

  private ClientKill() {}

  /** Kills and answers. On the loop of the session that asks. */
  static String reply(Session asking, List<String> arguments) {
    if (arguments.size() == 3) {
      return byAddress(asking, arguments.get(2));
    }
    if (arguments.size() < 4 || arguments.size() % 2 != 0) {
      return arguments.size() < 3
          ? Answers.error("wrong number of arguments for 'client|kill' command")
          : SYNTAX;
    }
    Predicate<Session> chosen = session -> true;
    boolean skipMe = true;
    for (int i = 2; i < arguments.size(); i += 2) {
      String option = arguments.get(i).toUpperCase(Locale.ROOT);
      String value = arguments.get(i + 1);
      if (option.equals("SKIPME")) {
        if (!value.equalsIgnoreCase("yes") && !value.equalsIgnoreCase("no")) {
          return SYNTAX;
        }
        skipMe = value.equalsIgnoreCase("yes");
        continue;
      }
      String complaint = complaint(asking, option, value);
      if (!complaint.isEmpty()) {
        return complaint;
      }
      chosen = chosen.and(filter(asking, option, value));
    }
    List<Session> killed = new ArrayList<>();
    for (Session session : asking.context().registry().sessions()) {
      if (chosen.test(session) && !(skipMe && session == asking)) {
        killed.add(session);
      }
    }
    killed.forEach(session -> session.kill(asking));
    return Answers.integer(killed.size());
  }

  private static String byAddress(Session asking, String address) {
    for (Session session : asking.context().registry().sessions()) {
      if (session.client().address().equals(address)) {
        session.kill(asking);
        return Answers.OK;
      }
    }
    return Answers.error("No such client");
  }

  private static String complaint(Session asking, String option, String value) {
    return switch (option) {
      case "ID" ->
          value.matches("[0-9]{1,18}") && !value.matches("0+")
              ? ""
              : Answers.error("client-id should be greater than 0");
      case "MAXAGE" ->
          value.matches("[0-9]{1,18}")
              ? ""
              : Answers.error("maxage is not an integer or out of range");
      case "TYPE" ->
          TYPES.contains(value.toLowerCase(Locale.ROOT))
              ? ""
              : Answers.error("Unknown client type '" + value + "'");
      case "USER" ->
          asking.guard() == null || asking.guard().knows(value)
              ? ""
              : Answers.error("No such user '" + value + "'");
      case "ADDR", "LADDR" -> "";
      default -> SYNTAX;
    };
  }

  /** Whether a client is of a kind, which may be written in the older way. */
  static boolean isOfType(Session session, String type) {
    String kind = type.toLowerCase(Locale.ROOT);
    return session.type().equals(kind.equals(OLDER_REPLICA) ? "replica" : kind);
  }

  private static Predicate<Session> filter(Session asking, String option, String value) {
    return switch (option) {
      case "ID" -> session -> session.client().id() == Long.parseLong(value);
      case "ADDR" -> session -> session.client().address().equals(value);
      case "LADDR" -> session -> session.client().localAddress().equals(value);
      case "USER" -> session -> session.client().user().equals(value);
      case "TYPE" -> session -> isOfType(session, value);
      case "MAXAGE" -> {
        long now = asking.context().loop().nanoTime().getAsLong();
        long age = TimeUnit.SECONDS.toNanos(Long.parseLong(value));
        yield session -> now - session.client().sinceNanos() >= age;
      }
      default -> throw new IllegalArgumentException("no filter " + option);
    };
  }
}
