package io.understudy.proxy.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts the confirmations of one SUBSCRIBE or its kin: there is one for each name. */
final class Confirmations {
  private int left;

  Confirmations() {}

  /** Another reply came: nothing is being confirmed. */
  void end() {
    left = 0;
  }

  /**
   * Counts one; whether it was the last of what is awaited.
   *
   * @param awaited what the next reply answers; null if nothing
   * @param now what is subscribed to before it
   */
  boolean isLast(@Nullable Expected awaited, Subscriptions now) {
    int expected = 0;
    if (awaited instanceof Expected.Subscription(String command, List<String> names)) {
      expected = names.size() > 0 ? names.size() : Math.max(1, now.count(command));
    } else if (awaited instanceof Expected.Own(int confirmations)) {
      expected = confirmations;
    }
    if (expected == 0) {
      return false;
    }
    left = left == 0 ? expected : left;
    left--;
    return left == 0;
  }
}
