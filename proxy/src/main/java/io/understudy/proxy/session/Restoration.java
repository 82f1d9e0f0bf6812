package io.understudy.proxy.session;

import io.understudy.proxy.route.Bindings;
import java.util.List;

/**
 * What a session had set up on its own connection and wants to find on the next.
 *
 * @param bindings what bound it
 * @param subscriptions its channels
 * @param settings the commands that set up the rest, oldest first: CLIENT TRACKING, MONITOR, …
 * @param unconfirmed subscriptions that were asked for and not confirmed
 */
record Restoration(
    Bindings bindings,
    Subscriptions subscriptions,
    List<String[]> settings,
    List<Expected.Subscription> unconfirmed) {
  /** Whether there is nothing to set up. */
  boolean isEmpty() {
    return subscriptions.count() == 0 && settings.isEmpty() && unconfirmed.isEmpty();
  }

  /** Sends all of it over a connection that is new; true, for it is sent. */
  boolean send(PinnedLink link) {
    link.state().restored(this);
    for (String[] setting : settings) {
      link.sendSetting(setting);
    }
    for (String[] command : subscriptions.commands()) {
      link.sendOwn(new Expected.Own(command.length - 1), command);
    }
    for (Expected.Subscription again : unconfirmed) {
      link.sendOwn(again, again.command());
    }
    return true;
  }
}
