package io.understudy.zookeeper;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The few operations of ZooKeeper that the agreement is made of, with names relative to the prefix.
 *
 * <p>Every write is one that a majority of the servers took when it returns. A refused write
 * returns empty or false and changed nothing; after an {@link IOException}, whose message is one
 * line, it may have been carried out or may be yet.
 *
 * <p>Any thread; blocks. Listeners are called on a thread of the client, once per reading, and more
 * often than needed now and then: they hand over to a thread of their own. The same object is given
 * for every reading of the same caller, so that no more than one call is due for it.
 */
interface Store {
  /** Stands for a node that must not be there yet. */
  int ABSENT = -1;

  /** Stands for every version of a node. */
  int ANY = -1;

  /**
   * A node as it was read.
   *
   * @param version grows with each write
   * @param incarnation the transaction that made it; a node that is made again has another
   * @param owner the session that it lives as long as; 0 for one that stays
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares or keeps it
  record Cell(byte[] bytes, int version, long incarnation, long owner) {}

  /** What the server that is connected knows of a node, and a call when that changes. */
  Optional<Cell> read(String name, Runnable listener) throws IOException;

  /** The node as it was at some moment after the call began. */
  Optional<Cell> readNewest(String name) throws IOException;

  /** Several nodes, each as {@link #read} without a listener, in the order of the names. */
  List<Optional<Cell>> readAll(List<String> names) throws IOException;

  /**
   * Several nodes in one round trip, and a call when the first of them changes. Each is at least as
   * new as those before it.
   *
   * @return the first, then the others in the order of their names
   */
  List<Optional<Cell>> readAll(String first, Runnable listener, List<String> others)
      throws IOException;

  /** The names directly below a node, and a call when they change. */
  List<String> children(String name, Runnable listener) throws IOException;

  /** The names directly below a node, as they were at some moment after the call began. */
  List<String> childrenNewest(String name) throws IOException;

  /** Makes a node; empty when there is one. */
  Optional<Cell> create(String name, byte[] bytes, boolean ephemeral) throws IOException;

  /** Replaces exactly this version; returns the new one, or empty when another is there or none. */
  OptionalInt write(String name, byte[] bytes, int version) throws IOException;

  /** Removes exactly this version, or {@link #ANY}; whatever else is there stays. */
  void delete(String name, int version) throws IOException;

  /**
   * Replaces this version of a node, {@link #ABSENT} to make it, and counts in two others, or does
   * nothing of it.
   *
   * @return the count, which is the first counter's version; empty when another version is there
   */
  OptionalInt writeAndCount(String name, byte[] bytes, int version, String counter, String part)
      throws IOException;

  /**
   * Writes a node, whatever its version, if the counter is at this version; says whether it did.
   */
  boolean writeIfCounted(String name, byte[] bytes, String counter, int count) throws IOException;

  /** Whether the ensemble answers. While it does not, this process must not act. */
  boolean isConnected();

  /** The session's number. */
  long session() throws IOException;

  /** Calls {@code listener} when the connection comes or goes. */
  void onConnection(Runnable listener);
}
