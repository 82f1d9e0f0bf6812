package io.understudy.proxy.session;

import io.understudy.proxy.backend.Loop;

/** What the sessions of one listener on one loop may keep in memory together. */
final class HoldBudget {
  private final Loop loop;
  private long commands;
  private long bytes;
  private long unreadBytes;

  HoldBudget(Loop loop) {
    this.loop = loop;
  }

  /** Whether so much more may wait. */
  boolean allows(int moreCommands, long moreBytes) {
    return commands + moreCommands <= loop.limits().heldCommands()
        && bytes + moreBytes <= loop.limits().heldBytes();
  }

  /** Accounts for what was added, or with negative numbers for what was taken. */
  void add(int moreCommands, long moreBytes) {
    commands += moreCommands;
    bytes += moreBytes;
  }

  /** So many more bytes wait for clients to read them; fewer if negative. */
  void written(long moreBytes) {
    unreadBytes += moreBytes;
  }

  /** Whether more waits for all clients together than may. */
  boolean isOverWritten() {
    return unreadBytes > loop.limits().totalBytes();
  }
}
