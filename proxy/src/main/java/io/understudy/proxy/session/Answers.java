package io.understudy.proxy.session;

import io.understudy.proxy.backend.BackendPool;
import java.util.Locale;

/** The replies the proxy gives in its own name. */
final class Answers {
  static final String OK = "+OK\r\n";

  /** All that a client tracked may have changed: as a push, and as a message in RESP2. */
  static final String INVALIDATE_ALL = ">2\r\n$10\r\ninvalidate\r\n_\r\n";

  static final String INVALIDATE_ALL_AS_MESSAGE =
      "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*-1\r\n";

  /** A command was sent and its answer is lost. */
  static final String UNKNOWN_OUTCOME =
      "-UNKNOWNOUTCOME the primary was lost after this command was sent;"
          + " it may or may not have been executed\r\n";

  /** A command was blocked, or about to block, on a primary that is lost. */
  static final String UNBLOCKED =
      "-UNBLOCKED the primary was lost while this command was blocked;"
          + " it may or may not have been executed\r\n";

  /** A transaction whose EXEC was not sent is gone. */
  static final String TRANSACTION_LOST =
      "-EXECABORT Transaction discarded because the primary was lost before EXEC\r\n";

  /** A transaction one of whose commands was refused: the text of servers. */
  static final String ABORTED = "-EXECABORT Transaction discarded because of previous errors.\r\n";

  /** One client more than there may be: the text of servers. */
  static final String TOO_MANY_CLIENTS = "-ERR max number of clients reached\r\n";

  /** A write for several groups, of which one acknowledges only what is replicated. */
  static final String UNCONFIRMABLE =
      "-CROSSSLOT Keys of this write belong to several groups, and one of them acknowledges only"
          + " what its replicas have\r\n";

  private Answers() {}

  /** A command was executed, and too few replicas have what it changed. */
  static String notReplicated(BackendPool pool) {
    return "-NOTREPLICATED this command was executed here, and it is not certain that "
        + pool.wantedReplicas()
        + " of the replicas that count have it: they did not say so in time. It is not undone, and"
        + " was not sent again\r\n";
  }

  /** A command waited for a primary until its time was over. */
  static String unavailable(String group, String waited, String reason) {
    return "-UNAVAILABLE group "
        + group
        + " had no primary for "
        + waited
        + "; the command was not executed ("
        + oneLine(reason)
        + ")\r\n";
  }

  /** Too many commands wait already. */
  static String holdIsFull(String group, String reason) {
    return "-UNAVAILABLE group "
        + group
        + " has no primary and too many commands wait for one; the command was not executed ("
        + oneLine(reason)
        + ")\r\n";
  }

  /** An error of the proxy's own, in the servers' form. */
  static String error(String text) {
    return "-ERR " + oneLine(text) + "\r\n";
  }

  /** An error that a server gave, handed on. */
  static String serverError(String text) {
    return "-" + oneLine(text) + "\r\n";
  }

  /** A RESP2 client that is subscribed may not say everything: the text of servers. */
  static String onlyInSubscribedMode(String command) {
    return error(
        "Can't execute '"
            + command.toLowerCase(Locale.ROOT)
            + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this"
            + " context");
  }

  /** A bulk string; its characters are bytes. */
  static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }

  /** A number. */
  static String integer(long number) {
    return ":" + number + "\r\n";
  }

  /** Nothing, in the form of a protocol. */
  static String nil(int protocol) {
    return protocol == 3 ? "_\r\n" : "$-1\r\n";
  }

  /** What EXEC answers when a watched key was touched. */
  static String nullArray(int protocol) {
    return protocol == 3 ? "_\r\n" : "*-1\r\n";
  }

  private static String oneLine(String text) {
    return text.replace('\r', ' ').replace('\n', ' ');
  }
}
