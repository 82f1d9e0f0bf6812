package io.understudy.proxy.session;

import io.understudy.proxy.route.Limits;

/** How many commands, and how many bytes of them, the sessions of one loop and group may hold. */
final class HoldBudget {
  private final Limits limits;
  private long commands;
  private long bytes;

  HoldBudget(Limits limits) {
    this.limits = limits;
  }

  /** Whether so much more may wait. */
  boolean allows(int moreCommands, long moreBytes) {
    return commands + moreCommands <= limits.heldCommands()
        && bytes + moreBytes <= limits.heldBytes();
  }

  /** Accounts for what was added, or with negative numbers for what was taken. */
  void add(int moreCommands, long moreBytes) {
    commands += moreCommands;
    bytes += moreBytes;
  }

  /** How many commands wait now. */
  long commands() {
    return commands;
  }
}
