package io.understudy.failover.decide;

import java.util.List;

/**
 * What comes of a {@link Request}.
 *
 * @param obstacles why it is refused, one sentence each; empty when it is accepted
 * @param plan what will be done, or would be, one step each; empty when it is refused
 * @param journal what must be remembered from now on; the same as before for a trial or a refusal
 */
public record Answer(List<String> obstacles, List<String> plan, GroupJournal journal) {
  public Answer {
    obstacles = List.copyOf(obstacles);
    plan = List.copyOf(plan);
  }

  /** Whether it will be done, or would be. */
  public boolean isAccepted() {
    return obstacles.isEmpty();
  }
}
