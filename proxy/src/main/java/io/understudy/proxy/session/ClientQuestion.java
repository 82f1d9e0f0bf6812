package io.understudy.proxy.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a server is asked before the proxy answers a subcommand of CLIENT that speaks of clients: a
 * command that does no harm to the proxy's connections. The server so decides whether the user may,
 * and whether the subcommand exists; its errors are passed on in its own words.
 *
 * @param command what is sent
 * @param isAnswer whether the server's reply is the client's, whatever it is
 */
record ClientQuestion(List<String> command, boolean isAnswer) {
  /** The name of the proxy's own connections. */
  private static final String OWN_NAME = "understudy-proxy";

  /** The number of no connection. */
  private static final String NOBODY = Long.toString(Long.MAX_VALUE);

  /** All that the proxy understands but ID; whether the server does, it says itself. */
  private static final List<String> KILL_FILTERS =
      List.of("USER", "TYPE", "ADDR", "LADDR", "SKIPME", "MAXAGE");

  /** Lines are about 400 bytes long; more sessions than this are shown without what is asked. */
  private static final int MOST_CONNECTIONS = 1_000;

  /** What to ask for a request. */
  static ClientQuestion of(Session session, Request request) {
    List<String> arguments = request.arguments();
    int count = arguments.size();
    return switch (request.command().name()) {
      case "client|setname" ->
          count == 3 && Client.isName(arguments.get(2))
              ? question("CLIENT", "SETNAME", OWN_NAME)
              : new ClientQuestion(arguments, true);
      case "client|setinfo" ->
          count == 4 && isLibrary(arguments.get(2)) && Client.isName(arguments.get(3))
              ? question("CLIENT", "SETINFO", arguments.get(2), OWN_NAME)
              : new ClientQuestion(arguments, true);
      case "client|list" ->
          ClientCommands.listed(session, arguments).isPresent()
              ? list(session)
              : new ClientQuestion(arguments, true);
      case "client|kill" -> kill(session, arguments);
      case "client|pause" -> new ClientQuestion(arguments, count < 3);
      case "client|unblock" -> unblock(session, arguments);
      default -> new ClientQuestion(arguments, count != 2);
    };
  }

  private static ClientQuestion question(String... command) {
    return new ClientQuestion(List.of(command), false);
  }

  /** The client's own filters, so that the server judges them, and one more that nobody passes. */
  private static ClientQuestion kill(Session session, List<String> arguments) {
    if (arguments.size() < 3) {
      return new ClientQuestion(arguments, true);
    }
    List<String> command = new ArrayList<>(List.of("CLIENT", "KILL"));
    for (int i = 2; i + 1 < arguments.size(); i += 2) {
      String filter = arguments.get(i).toUpperCase(Locale.ROOT);
      // The users of a listener are not the server's.
      boolean ours = filter.equals("USER") && session.guard() != null;
      if (KILL_FILTERS.contains(filter) && !ours) {
        command.addAll(arguments.subList(i, i + 2));
      }
    }
    command.addAll(List.of("ID", NOBODY));
    return new ClientQuestion(command, false);
  }

  private static boolean isLibrary(String attribute) {
    String name = attribute.toLowerCase(Locale.ROOT);
    return name.equals("lib-name") || name.equals("lib-ver");
  }

  /** The lines of the connections that are some session's own, and of the one that is asked. */
  private static ClientQuestion list(Session session) {
    List<String> command = new ArrayList<>(List.of("CLIENT", "LIST", "ID"));
    command.add(Long.toString(Math.max(1, session.askedConnection())));
    for (Session other : session.context().registry().sessions()) {
      long connection = other.client().connection();
      if (connection > 0 && command.size() < MOST_CONNECTIONS) {
        command.add(Long.toString(connection));
      }
    }
    return new ClientQuestion(command, false);
  }

  /** CLIENT UNBLOCK of another client is CLIENT UNBLOCK of its connection. */
  private static ClientQuestion unblock(Session session, List<String> arguments) {
    List<String> command = new ArrayList<>(arguments);
    if (arguments.size() > 2 && arguments.get(2).matches("[0-9]{1,18}")) {
      Session other = session.context().registry().session(Long.parseLong(arguments.get(2)));
      long connection = other == null ? -1 : other.blockedConnection();
      command.set(2, connection < 0 ? NOBODY : Long.toString(connection));
    }
    return new ClientQuestion(command, true);
  }
}
