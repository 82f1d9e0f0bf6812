package io.understudy.failover.decide;

/** How an {@link Action.Order} or a {@link Action.Settle} ended. Each gets exactly one. */
public sealed interface Outcome {

  /**
   * The server confirmed it.
   *
   * @param detail what it said
   */
  record Done(String detail) implements Outcome {}

  /**
   * It was certainly not carried out and never will be: an error at queue time, a mark that
   * differs, EXEC that answered nil, or no byte of it left.
   *
   * @param detail why, in one line for an operator
   */
  record Rejected(String detail) implements Outcome {}

  /**
   * It may have been carried out, or may be yet: bytes left and no reply came. A command that was
   * sent cannot be called back, not even by closing the connection.
   *
   * @param detail what was waited for and how long
   */
  record Unknown(String detail) implements Outcome {}
}
