package io.understudy.topology;

import java.time.Duration;
import java.util.List;

/**
 * When a write counts as durable under a publication: the terms on which an output may acknowledge
 * it.
 *
 * <p>A server counts whoever speaks the replication protocol, so the number that {@code WAIT} must
 * reach is not {@link #replicas} but {@link #required}: as if every attached node that has no vote
 * had answered first.
 *
 * @param replicas how many voters must have a write, 1 and up
 * @param timeout how long an output waits for them before it says that they have it not
 * @param voters the runs whose word counts: the group promotes only what these cannot contradict
 * @param others how many attached to the primary have no vote, at most, 0 and up
 * @param attachments how often anybody had attached to the primary when {@code others} were
 *     counted; whoever came later is one more
 * @param confirms whether a write may be acknowledged at all: enough voters hold the history of
 *     this reign
 */
public record Durability(
    int replicas,
    Duration timeout,
    List<RunId> voters,
    int others,
    long attachments,
    boolean confirms) {
  public Durability {
    voters = List.copyOf(voters);
    if (replicas < 1 || others < 0) {
      throw new IllegalArgumentException(
          "durability wants at least 1 replica, and others are never negative: "
              + replicas
              + ", "
              + others);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("the timeout of durability must be longer than 0");
    }
  }

  /**
   * How many attached nodes must have a write, so that at least {@link #replicas} voters have it.
   *
   * @param attachmentsNow how often anybody has attached to the primary by now; more than {@link
   *     #attachments} means that many more who may have no vote
   * @return {@link Integer#MAX_VALUE} when it cannot be known: the server's count went back
   */
  public int required(long attachmentsNow) {
    long later = attachmentsNow - attachments;
    return later < 0 || later > Integer.MAX_VALUE / 2
        ? Integer.MAX_VALUE
        : replicas + others + (int) later;
  }

  /** The same terms while nothing may be acknowledged. */
  public Durability unconfirming() {
    return new Durability(replicas, timeout, voters, others, attachments, false);
  }
}
