package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.Division;
import io.understudy.proxy.route.Routes;
import io.understudy.wire.command.Command;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import java.util.ArrayList;
import java.util.List;

/**
 * To which group a session's commands go, where a listener leads to several. A run turns from one
 * group to another only when nothing is outstanding, so that nothing is overtaken.
 */
final class Router {
  private final Session session;
  private final Destinations destinations;
  private final Arguments arguments = new Arguments();
  private final KeyFinder finder = new KeyFinder();
  private String group;

  Router(Session session, Destinations destinations) {
    this.session = session;
    this.destinations = destinations;
    this.group = destinations.routes().usual();
  }

  Routes routes() {
    return destinations.routes();
  }

  /** The group that commands go to now. */
  String group() {
    return group;
  }

  /** The connections to it. */
  BackendPool pool() {
    return destinations.pool(group);
  }

  /** The connections to a group. */
  BackendPool pool(String other) {
    return destinations.pool(other);
  }

  /** Sends what comes to a group; nothing is outstanding. */
  void go(String next) {
    if (!next.equals(group)) {
      group = next;
      session.sharedLink().leaveBackend();
    }
  }

  /**
   * Whether a plain command goes where those before it went.
   *
   * @param from absolute index of its first byte; all of it is there
   * @param free whether nothing is outstanding, so that it may go anywhere
   */
  boolean stays(Command command, ByteBuf bytes, int from, boolean free) {
    arguments.read(bytes, from);
    finder.find(command, arguments);
    if (finder.count() == 0) {
      return false; // Whether one group or all are asked is looked up with time.
    }
    String first = groupOf(0);
    for (int key = 1; key < finder.count(); key++) {
      if (!groupOf(key).equals(first)) {
        return false;
      }
    }
    if (free) {
      go(first);
    }
    return first.equals(group);
  }

  private String groupOf(int key) {
    return routes().groupOf(arguments.text(finder.argument(key)));
  }

  /** Divides a whole command among the groups. */
  Division divide(Request request) {
    List<Integer> keys = keys(request);
    return switch (request.conduct()) {
      case PUBSUB -> new Division.Whole(routes().pubsub());
      case WAIT -> new Division.Whole(group);
      case PLAIN, SCRIPT, SCRIPT_KILL, TRANSACTION, BLOCKING ->
          Division.of(request.command(), request.arguments(), keys, routes());
      case MONITOR,
          REPLICATION,
          BINDING,
          SELECT,
          HELLO,
          AUTH,
          RESET,
          QUIT,
          CLIENT_REPLY,
          CLIENT_NOTICES,
          CONSISTENCY,
          CLIENT_TRACKING,
          CLIENT_FLAG,
          CLIENT_OWN ->
          new Division.Whole(routes().usual());
    };
  }

  private List<Integer> keys(Request request) {
    arguments.read(request.bytes(), request.bytes().readerIndex());
    finder.find(request.command(), arguments);
    List<Integer> keys = new ArrayList<>(finder.count());
    for (int key = 0; key < finder.count(); key++) {
      keys.add(finder.argument(key));
    }
    return keys;
  }

  /**
   * Whether a command has to leave the connection that the session has of its own.
   *
   * @param bound whether the session cannot leave it: then what concerns no key stays
   */
  boolean isElsewhere(Request request, boolean bound) {
    return switch (divide(request)) {
      case Division.Refused refused -> true;
      case Division.Parts parts -> !bound || !keys(request).isEmpty();
      case Division.Whole(String to) -> !to.equals(group) && isTied(request);
    };
  }

  /** Whether it matters which group a command goes to. */
  private boolean isTied(Request request) {
    return request.conduct() == Conduct.PUBSUB
        || Division.CHANNELS.contains(request.command().name())
        || !keys(request).isEmpty();
  }
}
