package io.understudy.failover;

import io.understudy.failover.view.FleetView;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the groups of a process go through, told by each and read by all. Any thread. */
final class Fleet {
  private record Trouble(boolean suspected, boolean operating) {}

  private final Map<String, Trouble> groups = new ConcurrentHashMap<>();

  void tell(String group, boolean suspected, boolean operating) {
    groups.put(group, new Trouble(suspected, operating));
  }

  /** The group is looked after no more. */
  void leave(String group) {
    groups.remove(group);
  }

  /** As one group sees it: itself counts as suspected, but not as operating. */
  FleetView seenBy(String group) {
    int suspected = 0;
    int operating = 0;
    for (Map.Entry<String, Trouble> each : groups.entrySet()) {
      suspected += each.getValue().suspected() ? 1 : 0;
      operating += each.getValue().operating() && !each.getKey().equals(group) ? 1 : 0;
    }
    return new FleetView(Math.max(1, groups.size()), suspected, operating);
  }
}
