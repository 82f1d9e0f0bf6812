package io.understudy.proxy.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The subcommands of CLIENT that speak of clients: the proxy answers them, because a server would
 * speak of the proxy's connections. Texts as in networking.c of Redis 7.0.
 */
final class ClientCommands {
  private static final String BAD_NAME =
      "Client names cannot contain spaces, newlines or special characters.";
  private static final int MOST_LISTED = 100_000;

  private ClientCommands() {}

  /** Answers one. On the session's loop. */
  static void answer(Session session, Request request) {
    List<String> arguments = request.arguments();
    session.output().add(reply(session, request.command().name(), arguments));
  }

  private static String reply(Session session, String command, List<String> arguments) {
    Client client = session.client();
    int count = arguments.size();
    return switch (command) {
      case "client|id" -> count == 2 ? Answers.integer(client.id()) : wrongCount(command);
      case "client|getname" -> count == 2 ? name(session) : wrongCount(command);
      case "client|setname" -> count == 3 ? setName(client, arguments.get(2)) : wrongCount(command);
      case "client|setinfo" ->
          count == 4 ? setInfo(client, arguments.get(2), arguments.get(3)) : wrongCount(command);
      case "client|info" ->
          count == 2 ? text(session, line(session, session) + "\n") : wrongCount(command);
      case "client|list" -> list(session, arguments);
      case "client|kill" -> ClientKill.reply(session, arguments);
      case "client|unblock" -> unblock(session, arguments);
      default -> Answers.error("unknown subcommand");
    };
  }

  private static String wrongCount(String command) {
    return Answers.error("wrong number of arguments for '" + command + "' command");
  }

  private static String name(Session session) {
    String name = session.client().name();
    return name.isEmpty() ? Answers.nil(session.key().protocol()) : Answers.bulk(name);
  }

  private static String setName(Client client, String name) {
    if (!Client.isName(name)) {
      return Answers.error(BAD_NAME);
    }
    client.name(name);
    return Answers.OK;
  }

  private static String setInfo(Client client, String attribute, String value) {
    String key = attribute.toLowerCase(Locale.ROOT);
    if (!key.equals("lib-name") && !key.equals("lib-ver")) {
      return Answers.error("Unrecognized option '" + attribute + "'");
    }
    if (!Client.isName(value)) {
      return Answers.error(key + " cannot contain spaces, newlines or special characters.");
    }
    if (key.equals("lib-name")) {
      client.libraryName(value);
    } else {
      client.libraryVersion(value);
    }
    return Answers.OK;
  }

  private static String list(Session session, List<String> arguments) {
    List<Session> shown = new ArrayList<>(session.context().registry().sessions());
    int at = 2;
    while (at < arguments.size()) {
      String option = arguments.get(at).toUpperCase(Locale.ROOT);
      if (option.equals("TYPE") && at + 1 < arguments.size()) {
        String type = arguments.get(at + 1).toLowerCase(Locale.ROOT);
        if (!List.of("normal", "master", "replica", "slave", "pubsub").contains(type)) {
          return Answers.error("Unknown client type '" + arguments.get(at + 1) + "'");
        }
        shown.removeIf(other -> !other.type().equals(type));
        at += 2;
      } else if (option.equals("ID") && at + 1 < arguments.size()) {
        List<String> ids = arguments.subList(at + 1, arguments.size());
        for (String id : ids) {
          if (!id.matches("[0-9]{1,18}")) {
            return Answers.error("Invalid client ID");
          }
        }
        shown.removeIf(other -> !ids.contains(Long.toString(other.client().id())));
        at = arguments.size();
      } else {
        return Answers.error("syntax error");
      }
    }
    shown.sort(Comparator.comparingLong(other -> other.client().id()));
    StringBuilder text = new StringBuilder();
    for (Session other : shown.subList(0, Math.min(shown.size(), MOST_LISTED))) {
      text.append(line(session, other)).append('\n');
    }
    return text(session, text.toString());
  }

  private static String text(Session session, String text) {
    return session.key().protocol() == 3
        ? "=" + (text.length() + 4) + "\r\ntxt:" + text + "\r\n"
        : Answers.bulk(text);
  }

  /** One line of CLIENT LIST: the fields of servers that a proxy can know. */
  private static String line(Session asking, Session shown) {
    Client client = shown.client();
    long now = asking.context().loop().nanoTime().getAsLong();
    return "id="
        + client.id()
        + " addr="
        + client.address()
        + " laddr="
        + client.localAddress()
        + " fd=-1 name="
        + client.name()
        + " age="
        + seconds(now - client.sinceNanos())
        + " idle="
        + seconds(now - client.heardNanos())
        + " flags="
        + (shown.type().equals("pubsub") ? "P" : "N")
        + " db="
        + client.key().database()
        + " sub=0 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 obl=0 oll=0"
        + " omem=0 tot-mem=0 events=r cmd=NULL user="
        + client.key().credentials().effectiveUser()
        + " redir=-1 resp="
        + client.key().protocol()
        + " lib-name="
        + client.libraryName()
        + " lib-ver="
        + client.libraryVersion();
  }

  private static long seconds(long nanos) {
    return Math.max(0, TimeUnit.NANOSECONDS.toSeconds(nanos));
  }

  /** CLIENT UNBLOCK id [TIMEOUT|ERROR]: the session's own loop and connection see to it. */
  private static String unblock(Session session, List<String> arguments) {
    if (arguments.size() < 3 || arguments.size() > 4) {
      return wrongCount("client|unblock");
    }
    String reason = arguments.size() == 4 ? arguments.get(3).toUpperCase(Locale.ROOT) : "TIMEOUT";
    if (!reason.equals("TIMEOUT") && !reason.equals("ERROR")) {
      return Answers.error("CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
    if (!arguments.get(2).matches("[0-9]{1,18}")) {
      return Answers.error("value is not an integer or out of range");
    }
    Session other = session.context().registry().session(Long.parseLong(arguments.get(2)));
    long connection = other == null ? -1 : other.blockedConnection();
    if (connection < 0) {
      return Answers.integer(0);
    }
    session.specials().unblock(connection, reason);
    return "";
  }
}
