package io.understudy.proxy.session;

import io.understudy.proxy.route.ReadPolicy;
import io.understudy.proxy.route.ReadPolicy.Consistency;
import java.util.List;
import java.util.Locale;

/**
 * UNDERSTUDY CONSISTENCY: a session chooses for itself what its reads must find, or asks what
 * holds.
 */
final class ReadChoice {
  private static final String SYNTAX =
      Answers.error("write UNDERSTUDY CONSISTENCY any|bounded|session|primary|default");

  private ReadChoice() {}

  /**
   * Answers it; everything before it is answered.
   *
   * @param queueing whether MULTI holds
   * @param locked whether the client has to log in first
   */
  static String answer(Session session, List<String> arguments, boolean queueing, boolean locked) {
    if (locked) {
      return "-NOAUTH Authentication required.\r\n";
    }
    if (queueing) {
      return Answers.error("UNDERSTUDY CONSISTENCY is not allowed inside MULTI");
    }
    boolean right =
        (arguments.size() == 2 || arguments.size() == 3)
            && arguments.get(1).equalsIgnoreCase("consistency");
    if (!right) {
      return SYNTAX;
    }
    Spread spread = session.context().spread();
    if (spread == null) {
      return Answers.error("all reads of this address go to the primary");
    }
    SharedLink link = session.sharedLink();
    if (arguments.size() == 2) {
      ReadPolicy now = link.policy(spread);
      return Answers.bulk(
          now.spreads() ? now.consistency().name().toLowerCase(Locale.ROOT) : "primary");
    }
    switch (arguments.get(2).toLowerCase(Locale.ROOT)) {
      case "any" -> link.readsBy(spread.policy().with(Consistency.ANY));
      case "bounded" -> link.readsBy(spread.policy().with(Consistency.BOUNDED));
      case "session" -> link.readsBy(spread.policy().with(Consistency.SESSION));
      case "primary" -> link.readsBy(ReadPolicy.PRIMARY);
      case "default" -> link.readsBy(null);
      default -> {
        return SYNTAX;
      }
    }
    return Answers.OK;
  }
}
