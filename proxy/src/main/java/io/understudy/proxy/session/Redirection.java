package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.topology.RunId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CLIENT TRACKING's REDIRECT: clients name each other by the proxy's ids, servers by those of
 * connections.
 */
final class Redirection {
  /** The number of no connection: the server says that it does not exist. */
  private static final String NOBODY = Long.toString(Long.MAX_VALUE);

  private static final Pattern NUMBER = Pattern.compile(":(\\d{1,18})\r\n");

  private Redirection() {}

  /**
   * CLIENT TRACKING as a server understands it.
   *
   * @param node the server; clients that are connected to another one do not exist there
   *     <p>A client can be named that has a connection of its own: see {@link #awaitsConnection}.
   *     That connection is never given to another client from then on.
   */
  static List<String> toConnection(Session session, RunId node, List<String> tracking) {
    List<String> command = new ArrayList<>(tracking);
    for (int i = 3; i + 1 < command.size(); i++) {
      if (command.get(i).equalsIgnoreCase("REDIRECT") && isId(command.get(i + 1))) {
        Session other = session.context().registry().session(Long.parseLong(command.get(i + 1)));
        long connection = other == null ? -1 : other.client().lendConnection(node, session);
        command.set(i + 1, connection < 0 ? NOBODY : Long.toString(connection));
        i++;
      }
    }
    return command;
  }

  /**
   * Asks the client that is named to get a connection of its own.
   *
   * @return whether it has none to the same server yet
   */
  static boolean awaitsConnection(Session session, RunId node, List<String> tracking) {
    for (int i = 3; i + 1 < tracking.size(); i++) {
      if (tracking.get(i).equalsIgnoreCase("REDIRECT") && isId(tracking.get(i + 1))) {
        Session other = session.context().registry().session(Long.parseLong(tracking.get(i + 1)));
        if (other != null && !other.client().isConnectedTo(node)) {
          other.bindForPushes();
          return true;
        }
      }
    }
    return false;
  }

  /** The client that settings redirect invalidations to; 0 for none. */
  static String idIn(List<String[]> settings) {
    String id = "0";
    for (String[] setting : settings) {
      for (int i = 3; i + 1 < setting.length; i++) {
        id = setting[i].equalsIgnoreCase("REDIRECT") ? setting[i + 1] : id;
      }
    }
    return id;
  }

  /** Passes on a push that is no confirmation; one that names a connection names the client. */
  static void push(
      Session session, String redirected, List<String> kind, ByteBuf bytes, int from, int to) {
    if (kind.size() == 2 && kind.getFirst().equals("tracking-redir-broken")) {
      String push = bytes.toString(from, to - from, StandardCharsets.ISO_8859_1);
      session.output().addOutOfBand(push.replace(":" + kind.getLast(), ":" + redirected));
    } else {
      session.output().addOutOfBand(bytes, from, to - from);
    }
  }

  /** What a client tracked is forgotten: tells it, or whom its invalidations are redirected to. */
  static void forget(Session session, String redirected) {
    if (!isId(redirected)) {
      session.forgetTracked();
      return;
    }
    Session other = session.context().registry().session(Long.parseLong(redirected));
    if (other != null) {
      other.context().loop().events().execute(other::forgetTracked);
    }
  }

  /**
   * The connection of a client is lost to which invalidations are redirected, and the client stays.
   * On a server it would be gone, and would know. So it is told to forget what was tracked, and
   * those who track for it set that up again; but not with RESP3, whose clients are told by the
   * server. Where they lose their connections too, it is told when they do.
   *
   * @param trackers whose invalidations are redirected there
   */
  static void targetLost(Session target, List<Session> trackers) {
    String id = Long.toString(target.client().id());
    for (Session tracker : trackers) {
      tracker
          .context()
          .loop()
          .events()
          .execute(
              () -> {
                if (!tracker.isClosed()
                    && tracker.mode() instanceof Mode.Pinned(PinnedLink link)
                    && link.state().redirected().equals(id)) {
                  targetLost(tracker, link);
                }
              });
    }
  }

  /** Where the tracker's connection is at its end too, its own loss tells. */
  private static void targetLost(Session tracker, PinnedLink link) {
    boolean heard = tracker.key().protocol() == 3;
    if (heard && link.goesOn()) {
      forget(tracker, link.state().redirected());
    } else {
      link.outdated();
    }
  }

  private static boolean isId(String text) {
    return text.matches("[0-9]{1,18}") && !text.matches("0+");
  }

  /** Whether a command names another client. */
  static boolean isIn(List<String> tracking) {
    return tracking.stream().skip(3).anyMatch("REDIRECT"::equalsIgnoreCase);
  }

  /** A reply that names a connection, with the client that this one named in its place. */
  static String inReply(Session session, String reply) {
    Matcher number = NUMBER.matcher(reply);
    if (session.mode() instanceof Mode.Pinned(PinnedLink link)
        && number.find()
        && !number.group(1).matches("0+")) {
      String id = link.state().redirected();
      return reply.substring(0, number.start(1)) + id + reply.substring(number.end(1));
    }
    return reply;
  }

  /** The id of the client that a connection belongs to; the connection's own if there is none. */
  static String clientOf(Session session, String connection) {
    if (connection.startsWith("-")) {
      return connection;
    }
    for (Session other : session.context().registry().sessions()) {
      if (connection.equals(Long.toString(other.client().connection()))) {
        return Long.toString(other.client().id());
      }
    }
    return connection;
  }
}
