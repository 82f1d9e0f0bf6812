package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What of a changed configuration a running program cannot follow. Everything else it does: the
 * proxy's listeners, limits and logins, and the log.
 */
final class ReloadPlan {
  private ReloadPlan() {}

  /** What waits for a restart, a sentence each; empty if nothing does. */
  static List<String> waiting(Configuration now, Configuration next) {
    List<String> waiting = new ArrayList<>();
    List<String> before = groups(now);
    List<String> after = groups(next);
    before.stream()
        .filter(group -> !after.contains(group))
        .forEach(group -> waiting.add("group " + group + " is kept as it was"));
    after.stream()
        .filter(group -> !before.contains(group))
        .forEach(group -> waiting.add("group " + group + " is not kept yet"));
    check(waiting, "failover", now.failover(), next.failover());
    check(waiting, "replication", now.replication(), next.replication());
    check(waiting, "admin", now.admin(), next.admin());
    check(waiting, "proxy.transport", now.proxy().transport(), next.proxy().transport());
    check(waiting, "proxy.threads", now.proxy().threads(), next.proxy().threads());
    return waiting;
  }

  /** What a keeper is told of groups, but for secrets, which it is told anew. */
  private static List<String> groups(Configuration configuration) {
    return configuration.groups().stream()
        .map(
            group ->
                group.name()
                    + " at "
                    + group.nodes()
                    + (group.tls().isPresent() ? " over TLS" : ""))
        .toList();
  }

  private static void check(List<String> waiting, String key, Object now, Object next) {
    if (!Objects.equals(now, next)) {
      waiting.add(key + " stays as it was");
    }
  }
}
