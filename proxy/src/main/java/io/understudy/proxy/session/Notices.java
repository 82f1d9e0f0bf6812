package io.understudy.proxy.session;

import io.understudy.proxy.backend.Interruption;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a session is told of failovers that asked for it with CLIENT MAINT_NOTIFICATIONS ON, as
 * clients of Redis' cloud do when they connect: they are more patient while commands wait.
 *
 * <p>The pushes have the form that Lettuce, redis-py and node-redis read: kind, number, (for the
 * first) seconds that it may last, and what it concerns, which here is the group.
 */
final class Notices implements Interruption {
  /** What is said while a reply is under way waits for its end; an older one is out of date. */
  private static final int MOST_WAITING = 2;

  private static final Set<String> ENDPOINT_TYPES =
      Set.of("none", "internal-ip", "internal-fqdn", "external-ip", "external-fqdn");

  private final Session session;
  private final ArrayDeque<String> waiting = new ArrayDeque<>(MOST_WAITING);
  private boolean on;
  private long number;

  Notices(Session session) {
    this.session = session;
  }

  /** Answers CLIENT MAINT_NOTIFICATIONS. */
  String answer(List<String> arguments, boolean queueing) {
    if (session.key().credentials().isNone() && session.context().pool().isLocked()) {
      return "-NOAUTH Authentication required.\r\n";
    }
    if (queueing) {
      return Answers.error("CLIENT MAINT_NOTIFICATIONS is not allowed inside MULTI");
    }
    if (arguments.size() < 3) {
      return Answers.error("wrong number of arguments for 'client|maint_notifications' command");
    }
    boolean wanted = arguments.get(2).equalsIgnoreCase("on");
    if (!(wanted || arguments.get(2).equalsIgnoreCase("off")) || !areOptions(arguments)) {
      return Answers.error("syntax error");
    }
    if (wanted && session.key().protocol() != 3) {
      return Answers.error("CLIENT MAINT_NOTIFICATIONS needs RESP3; send HELLO 3 before");
    }
    if (wanted) {
      begin();
    } else {
      end();
    }
    return Answers.OK;
  }

  private static boolean areOptions(List<String> arguments) {
    if (arguments.size() % 2 == 0) {
      return false;
    }
    for (int i = 3; i < arguments.size(); i += 2) {
      if (!arguments.get(i).equalsIgnoreCase("moving-endpoint-type")
          || !ENDPOINT_TYPES.contains(arguments.get(i + 1).toLowerCase(Locale.ROOT))) {
        return false;
      }
    }
    return true;
  }

  private void begin() {
    if (!on) {
      on = true;
      session.context().pool().follow(this);
      if (session.context().pool().isInterrupted()) {
        waiting.add(failingOver());
        session.touch();
      }
    }
  }

  /** Tells no more: the client said so, or is gone. */
  void end() {
    on = false;
    waiting.clear();
    session.context().pool().unfollow(this);
  }

  @Override
  public void began() {
    say(failingOver());
  }

  @Override
  public void ended() {
    number++;
    say(
        ">3\r\n"
            + Answers.bulk("FAILED_OVER")
            + Answers.integer(number)
            + Answers.bulk(session.context().group()));
  }

  private String failingOver() {
    number++;
    return ">4\r\n"
        + Answers.bulk("FAILING_OVER")
        + Answers.integer(number)
        + Answers.integer(Math.max(1, session.context().loop().limits().hold().toSeconds()))
        + Answers.bulk(session.context().group());
  }

  private void say(String push) {
    if (waiting.size() == MOST_WAITING) {
      waiting.clear();
    }
    waiting.add(push);
    session.touch();
  }

  /** Says what waits, between replies and never inside one. */
  void settle() {
    if (waiting.isEmpty() || session.isInsideReply()) {
      return;
    }
    for (String push = waiting.poll(); push != null; push = waiting.poll()) {
      if (session.key().protocol() == 3) {
        session.output().addOutOfBand(push);
      }
    }
  }
}
