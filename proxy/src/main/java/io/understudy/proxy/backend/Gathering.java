package io.understudy.proxy.backend;

/**
 * When the commands that wait for a shared connection are written: how few writes a busy node gets.
 *
 * <p>A node executes one command after the other, so a command is not answered sooner for being
 * sent while others of the same connection are still to be executed. Commands therefore wait until
 * the node has answered something, or until enough of them wait that the node would run out of work
 * before the next write reaches it. A node with nothing to do gets its commands at the end of the
 * turn. Belongs to one event loop.
 */
final class Gathering {
  /**
   * With fewer, the node and the proxy pay for more writes. Of 16, 24, 32 and no bound, beside a
   * loop that lets others run at the end of its turn, this and more were the best.
   */
  static final int MOST_RUNS = 32;

  /** A server takes no more from its socket with one read, so a longer write gains nothing. */
  static final int MOST_BYTES = 16 * 1024;

  private int runs;
  private int commands;
  private int bytes;

  /** Bytes wait that are to be written with the rest. */
  void add(int more) {
    bytes += more;
  }

  /**
   * A run ends in the bytes that wait.
   *
   * @param ended how many commands end in it; 0 for the first part of one that is in two parts
   */
  void addRun(int ended) {
    runs++;
    commands += ended;
  }

  /** Whether so much waits that it is to be written at once. */
  boolean isFull() {
    return runs >= MOST_RUNS || bytes >= MOST_BYTES;
  }

  /**
   * Whether what waits can go on waiting for the node's next reply.
   *
   * @param unanswered how many commands have no reply, those that wait among them
   */
  boolean canWait(int unanswered) {
    return unanswered > commands;
  }

  /** Nothing waits any more. */
  void written() {
    runs = 0;
    commands = 0;
    bytes = 0;
  }
}
