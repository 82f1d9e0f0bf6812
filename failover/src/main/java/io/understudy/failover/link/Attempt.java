package io.understudy.failover.link;

/** How an attempt to connect ended. */
public sealed interface Attempt {
  /**
   * The server's machine accepted.
   *
   * @param link to be closed by whoever gets it
   */
  record Connected(Link link) implements Attempt {}

  /**
   * Nothing listens there.
   *
   * @param detail the system's words
   */
  record Refused(String detail) implements Attempt {}

  /**
   * No answer in time, or no way to its network.
   *
   * @param detail the system's words
   */
  record Unanswered(String detail) implements Attempt {}

  /**
   * The name has no address, and never had one while this process runs.
   *
   * @param detail the resolver's words
   */
  record Unresolvable(String detail) implements Attempt {}
}
