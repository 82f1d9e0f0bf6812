package io.understudy.proxy.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * HELLO with its options, judged as servers do.
 *
 * @param error what a server answers to it, whoever asks; empty if nothing is wrong
 * @param user as AUTH gives it; empty if it gives none
 * @param password as AUTH gives it
 * @param withoutCredentials the command without AUTH
 */
record Hello(
    String error,
    boolean givesCredentials,
    String user,
    String password,
    List<String> withoutCredentials) {
  /** Reads one; arguments are Latin-1, the name first. */
  static Hello of(List<String> arguments) {
    List<String> kept = new ArrayList<>(arguments.subList(0, Math.min(2, arguments.size())));
    String user = "";
    String password = "";
    boolean gives = false;
    String error = arguments.size() < 2 ? "" : version(arguments.get(1));
    int at = 2;
    while (at < arguments.size() && error.isEmpty()) {
      String option = arguments.get(at).toUpperCase(Locale.ROOT);
      if (option.equals("AUTH") && at + 2 < arguments.size()) {
        gives = true;
        user = arguments.get(at + 1);
        password = arguments.get(at + 2);
        at += 3;
      } else if (option.equals("SETNAME") && at + 1 < arguments.size()) {
        kept.addAll(arguments.subList(at, at + 2));
        at += 2;
      } else {
        error = Answers.error("Syntax error in HELLO option '" + arguments.get(at) + "'");
      }
    }
    return new Hello(error, gives, user, password, kept);
  }

  /** Whether it is not for a server: it has credentials, or is wrong. */
  boolean isOfUsers() {
    return givesCredentials || !error.isEmpty();
  }

  private static String version(String text) {
    if (!text.matches("-?[0-9]{1,18}")) {
      return Answers.error("Protocol version is not an integer or out of range");
    }
    return text.equals("2") || text.equals("3") ? "" : "-NOPROTO unsupported protocol version\r\n";
  }
}
