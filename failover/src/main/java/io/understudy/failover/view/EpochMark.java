package io.understudy.failover.view;

import io.understudy.topology.Epoch;

/**
 * The value of the key {@code {understudy}:epoch} on a server: whose orders, and of which reign,
 * were the last it took. It is written in the promoting EXEC and replicates with the data.
 *
 * <p>Its absence means unknown, never epoch 0: FLUSHALL and eviction remove it.
 *
 * @param epoch the reign in which it was written
 * @param owner the keeper that wrote it; keepers that decide together share one
 */
public record EpochMark(Epoch epoch, String owner) {
  /** The key on the server. The braces keep it in one slot, should it ever meet a cluster. */
  public static final String KEY = "{understudy}:epoch";

  /** What the owner begins with when an operator promoted a node while no keeper ran. */
  public static final String BY_HAND = "by-hand:";

  /** Stands for an owner when the key holds something that no keeper wrote. */
  private static final String NOT_A_MARK = "unreadable value: ";

  private static final int MAX_QUOTED = 40;

  public EpochMark {
    if (owner.isEmpty()) {
      throw new IllegalArgumentException("an owner is never empty");
    }
  }

  /**
   * Reads a value of the key. What no keeper wrote becomes a mark of epoch 0 whose owner quotes it:
   * it is nobody's mark, and so foreign to everybody.
   */
  public static EpochMark parse(String value) {
    int space = value.indexOf(' ');
    if (space > 0 && space < value.length() - 1) {
      try {
        return new EpochMark(
            new Epoch(Long.parseLong(value.substring(0, space))), value.substring(space + 1));
      } catch (IllegalArgumentException e) {
        // Falls through: it is quoted below, and shown to the operator as what it is.
      }
    }
    String quoted = value.length() <= MAX_QUOTED ? value : value.substring(0, MAX_QUOTED) + "...";
    return new EpochMark(Epoch.NONE, NOT_A_MARK + quoted);
  }

  /** Whether an operator wrote it while no keeper ran, and so meant it. */
  public boolean isByHand() {
    return owner.startsWith(BY_HAND);
  }

  /** The form that is stored: the epoch's number, a space, the owner. */
  @Override
  public String toString() {
    return epoch + " " + owner;
  }
}
