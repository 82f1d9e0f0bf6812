package io.understudy.failover.view;

import java.util.List;

/**
 * The keepers that decide together, as one of them hears the others now.
 *
 * @param members how many are configured, this one included, whether they live or not
 * @param witnesses those others that were heard of lately and are configured alike
 */
public record Panel(int members, List<Witness> witnesses) {
  /** A keeper that decides alone. */
  public static final Panel ALONE = new Panel(1, List.of());

  public Panel {
    witnesses = List.copyOf(witnesses);
    if (members < 1) {
      throw new IllegalArgumentException("a panel has at least one member: " + members);
    }
  }

  /** How many members are a majority. */
  public int majority() {
    return members / 2 + 1;
  }
}
