package io.understudy.proxy.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The subcommands of CLIENT that speak of clients: the proxy answers them, because a server would
 * speak of the proxy's connections. The server was asked before, see {@link ClientQuestion}.
 */
final class ClientCommands {
  private static final int MOST_LISTED = 100_000;

  private ClientCommands() {}

  /**
   * Answers one. On the session's loop.
   *
   * @param said what the server said to the question
   */
  static void answer(Session session, Request request, ClientQuestion question, String said) {
    session.output().add(reply(session, request, question, said));
  }

  private static String reply(
      Session session, Request request, ClientQuestion question, String said) {
    List<String> arguments = request.arguments();
    boolean lists = request.command().name().equals("client|list");
    if (question.isAnswer() || (said.startsWith("-") && !lists) || isForbidden(said)) {
      return said;
    }
    Client client = session.client();
    return switch (request.command().name()) {
      case "client|id" -> Answers.integer(client.id());
      case "client|getname" -> name(session);
      case "client|setname" -> {
        client.name(arguments.get(2));
        yield Answers.OK;
      }
      case "client|setinfo" -> setInfo(client, arguments.get(2), arguments.get(3));
      case "client|info" -> lines(session, request, said, List.of(session));
      case "client|list" ->
          lines(session, request, said, listed(session, arguments).orElse(List.of()));
      case "client|getredir", "client|trackinginfo" -> Redirection.inReply(session, said);
      case "client|pause" -> paused(session, arguments, said);
      case "client|unpause" -> {
        session.context().registry().unpaused(session.group());
        yield said;
      }
      case "client|kill" -> ClientKill.reply(session, arguments);
      default -> said;
    };
  }

  private static String paused(Session session, List<String> arguments, String said) {
    if (said.equals(Answers.OK)) {
      pausing(session, arguments);
    }
    return said;
  }

  /** A pause begins, or will with EXEC. */
  static void pausing(Session session, List<String> arguments) {
    if (arguments.size() > 2 && arguments.get(2).matches("[0-9]{1,12}")) {
      long now = session.context().loop().nanoTime().getAsLong();
      long pause = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments.get(2)));
      session.context().registry().paused(session.group(), now + pause);
    }
  }

  private static boolean isForbidden(String said) {
    return said.startsWith("-NO");
  }

  private static String name(Session session) {
    String name = session.client().name();
    return name.isEmpty() ? Answers.nil(session.key().protocol()) : Answers.bulk(name);
  }

  private static String setInfo(Client client, String attribute, String value) {
    if (attribute.equalsIgnoreCase("lib-name")) {
      client.libraryName(value);
    } else {
      client.libraryVersion(value);
    }
    return Answers.OK;
  }

  private static String lines(
      Session session, Request request, String said, List<Session> sessions) {
    int length = request.bytes().readableBytes();
    String text = new ClientLines(session, session.askedConnection(), length, said).of(sessions);
    return session.key().protocol() == 3
        ? "=" + (text.length() + 4) + "\r\ntxt:" + text + "\r\n"
        : Answers.bulk(text);
  }

  /** The sessions that the filters of CLIENT LIST choose; empty if a filter makes no sense. */
  static Optional<List<Session>> listed(Session session, List<String> arguments) {
    List<Session> shown = new ArrayList<>(session.context().registry().sessions());
    int at = 2;
    while (at < arguments.size()) {
      String option = arguments.get(at).toUpperCase(Locale.ROOT);
      if (option.equals("TYPE") && at + 1 < arguments.size()) {
        String type = arguments.get(at + 1).toLowerCase(Locale.ROOT);
        if (!ClientKill.TYPES.contains(type)) {
          return Optional.empty();
        }
        shown.removeIf(other -> !ClientKill.isOfType(other, type));
        at += 2;
      } else if (option.equals("ID") && at + 1 < arguments.size()) {
        List<String> ids = arguments.subList(at + 1, arguments.size());
        if (!ids.stream().allMatch(id -> id.matches("[0-9]{1,18}"))) {
          return Optional.empty();
        }
        shown.removeIf(other -> !ids.contains(Long.toString(other.client().id())));
        at = arguments.size();
      } else {
        return Optional.empty();
      }
    }
    shown.sort(Comparator.comparingLong(other -> other.client().id()));
    return Optional.of(shown.subList(0, Math.min(shown.size(), MOST_LISTED)));
  }
}
