package io.understudy.failover.observe;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one reply says of the server's state. */
sealed interface Answer {
  /** How the client library begins to tell of an answer that is none. */
  Pattern FIRST_BYTE = Pattern.compile("^Invalid first byte: \\d+ \\((.)\\)");

  /** It serves. */
  record Fine() implements Answer {}

  record Loading(OptionalLong etaSeconds) implements Answer {}

  record Busy() implements Answer {}

  record Misconf(String detail) implements Answer {}

  record NoAuth(String detail) implements Answer {}

  /** The keeper is refused something for another reason than its name or password. */
  record NoPerm(String detail) implements Answer {}

  record NotRedis(String detail) implements Answer {}

  record ClusterMode() implements Answer {}

  record TooOld(String version) implements Answer {}

  /** The connection ended before the reply; whoever watches the connection says what that means. */
  record Lost() implements Answer {}

  /**
   * Reads an error. A word that is not known here is an answer all the same, so the server lives.
   */
  static Answer ofFailure(@Nullable Throwable cause) {
    String message = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    if (!(cause instanceof RedisCommandExecutionException)) {
      return isProtocolError(cause) ? new NotRedis(inWords(message)) : new Lost();
    }
    int space = message.indexOf(' ');
    return switch (space < 0 ? message : message.substring(0, space)) {
      case "LOADING" -> new Loading(OptionalLong.empty());
      case "BUSY" -> new Busy();
      case "MISCONF" -> new Misconf(message);
      case "NOAUTH", "WRONGPASS" -> new NoAuth(message);
      case "NOPERM" -> new NoPerm(message);
      case "ERR" -> message.contains("max number of clients") ? new NoPerm(message) : new Fine();
      default -> new Fine();
    };
  }

  /** The client library speaks of its buffers; an operator wants to know what is there. */
  private static String inWords(String protocolError) {
    Matcher first = FIRST_BYTE.matcher(protocolError);
    return first.find() ? "its answer begins with '" + first.group(1) + "'" : protocolError;
  }

  private static boolean isProtocolError(@Nullable Throwable cause) {
    return cause != null && cause.getClass().getSimpleName().contains("Protocol");
  }
}
