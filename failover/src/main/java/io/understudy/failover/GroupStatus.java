package io.understudy.failover;

import io.understudy.failover.decide.Decision;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.view.GroupView;
import io.understudy.topology.Topology;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is known of a group at one moment, all of it from the same turn.
 *
 * @param group its name
 * @param decision the rule that holds, why, and what it asked for
 * @param view what every node said; empty before the first turn
 * @param journal what is remembered; empty while it cannot be read
 * @param published the newest publication
 * @param recent the newest changes, oldest first, whether they are still in the journal or not
 * @param differences where the configuration does not say what the journal does of the group's
 *     nodes, and what to do; one sentence each
 */
public record GroupStatus(
    String group,
    Decision decision,
    Optional<GroupView> view,
    Optional<GroupJournal> journal,
    Topology published,
    List<Entry> recent,
    List<String> differences) {
  public GroupStatus {
    recent = List.copyOf(recent);
    differences = List.copyOf(differences);
  }

  /** The same with other words for what was decided. */
  public GroupStatus with(Decision other) {
    return new GroupStatus(group, other, view, journal, published, recent, differences);
  }
}
