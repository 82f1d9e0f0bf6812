package io.understudy.zookeeper;

import java.util.HashMap;
import java.util.Map;

/**
 * Another keeper, as its node was last read.
 *
 * @param holder which life of it
 * @param version of its node; another one with each beat
 * @param configuration the hash of what it was told
 * @param process where it runs, for a person
 * @param views what it sees of each group
 * @param heardNanos when a beat of it was last seen
 */
record OtherKeeper(
    Holder holder,
    int version,
    String configuration,
    String process,
    Map<String, View> views,
    long heardNanos) {

  OtherKeeper {
    views = Map.copyOf(views);
  }

  /**
   * What it sees of a group.
   *
   * @param text as it was shared
   * @param sinceNanos when this text was first read
   */
  record View(String text, long sinceNanos) {}

  /** The first reading of a life. */
  static OtherKeeper first(Holder holder, int version, KeeperText text, long nowNanos) {
    return new OtherKeeper(
        holder,
        version,
        text.configuration(),
        text.process(),
        viewsOf(text, Map.of(), nowNanos),
        nowNanos);
  }

  /** A later reading: only another version is a sign of life. */
  OtherKeeper read(Holder now, int newVersion, KeeperText text, long nowNanos) {
    if (!now.equals(holder)) {
      return first(now, newVersion, text, nowNanos);
    }
    return newVersion == version
        ? this
        : new OtherKeeper(
            holder,
            newVersion,
            text.configuration(),
            text.process(),
            viewsOf(text, views, nowNanos),
            nowNanos);
  }

  private static Map<String, View> viewsOf(
      KeeperText text, Map<String, View> before, long nowNanos) {
    Map<String, View> views = new HashMap<>();
    text.views()
        .forEach(
            (group, told) -> {
              View known = before.get(group);
              boolean same = known != null && known.text().equals(told);
              views.put(group, same ? known : new View(told, nowNanos));
            });
    return views;
  }
}
