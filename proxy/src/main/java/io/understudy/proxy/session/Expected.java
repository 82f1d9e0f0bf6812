package io.understudy.proxy.session;

import io.understudy.proxy.route.Credentials;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the next reply on a session's own connection answers, and what it changes. */
sealed interface Expected {
  /**
   * Nothing but the reply.
   *
   * @param mayWrite whether it may tell of changed data
   */
  record Plain(boolean mayWrite) implements Expected {}

  /**
   * Nothing but the reply, which may take its time.
   *
   * @param mayWrite whether it may tell of changed data
   */
  record Blocking(boolean mayWrite) implements Expected {}

  /** A step of a transaction. */
  record Transaction(Step step) implements Expected {}

  /** The steps of a transaction. */
  enum Step {
    /** MULTI. */
    MULTI,
    /** EXEC. */
    EXEC,
    /** DISCARD. */
    DISCARD,
    /** WATCH. */
    WATCH,
    /** UNWATCH. */
    UNWATCH,
    /** MULTI, which was answered before its group was known. */
    OPENED,
    /** DISCARD, sent in the place of an EXEC that must not succeed. */
    DOOMED_EXEC
  }

  /**
   * Confirmations of SUBSCRIBE and its kin.
   *
   * @param kind the command's name in lower case
   * @param names the channels it names; none for all
   */
  record Subscription(String kind, List<String> names) implements Expected {
    /** The command itself. */
    String[] command() {
      List<String> command = new ArrayList<>(names.size() + 1);
      command.add(kind);
      command.addAll(names);
      return command.toArray(String[]::new);
    }
  }

  /** SELECT. */
  record Select(int database) implements Expected {}

  /**
   * HELLO.
   *
   * @param protocol what was asked for; 0 if nothing
   * @param credentials what was given, or {@link Credentials#NONE}
   * @param name what SETNAME gave; empty if nothing
   */
  record Hello(int protocol, Credentials credentials, String name) implements Expected {}

  /** AUTH. */
  record Auth(Credentials credentials) implements Expected {}

  /** RESET. */
  record Reset() implements Expected {}

  /**
   * MONITOR, CLIENT TRACKING ON, CLIENT NO-EVICT ON, …: to be set up again on another connection.
   */
  record Setting(Request request) implements Expected {}

  /** CLIENT REPLY inside MULTI, in whose place another one was sent. */
  record Muted(QueuedMuting.Mode mode) implements Expected {}

  /** The proxy's question about a command that it answers itself. */
  record Asked(Request request, ClientQuestion question) implements Expected {}

  /** Sent in the place of a command that must not be executed; the client gets this error. */
  record Refused(String error) implements Expected {}

  /** Something whose effect on the connection is not known. */
  record Foreign() implements Expected {}

  /** Whether a reply may tell of changed data, so that it may have to be confirmed. */
  static boolean isToConfirm(@Nullable Expected expected, String head) {
    if (head.equals("+QUEUED")) {
      return false;
    }
    return switch (expected) {
      case null -> false;
      case Plain(boolean mayWrite) -> mayWrite;
      case Blocking(boolean mayWrite) -> mayWrite;
      case Transaction(Step step) -> step == Step.EXEC;
      case Foreign f -> true;
      case Subscription s -> false;
      case Select s -> false;
      case Hello h -> false;
      case Auth a -> false;
      case Reset r -> false;
      case Setting s -> false;
      case Asked a -> false;
      case Muted m -> false;
      case Refused r -> false;
      case Own o -> false;
    };
  }

  /**
   * The proxy's own command: its reply is not passed on.
   *
   * @param confirmations how many subscriptions it asks for; 0 if it is another command
   */
  record Own(int confirmations) implements Expected {}
}
