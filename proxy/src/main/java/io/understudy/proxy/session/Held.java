package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** The commands of one session that wait for a primary, in order, each batch with its times. */
final class Held {
  /**
   * Commands that came together.
   *
   * @param bytes whole commands; the batch's to release
   * @param count how many
   * @param mix what they are: see {@link io.understudy.proxy.route.CommandClass}
   * @param arrivedNanos when they arrived
   * @param heldNanos since when they wait
   */
  record Batch(ByteBuf bytes, int count, int mix, long arrivedNanos, long heldNanos) {}

  private final ArrayDeque<Batch> batches = new ArrayDeque<>(4);
  private int count;
  private int unsentBatches;
  private long bytes;

  boolean isEmpty() {
    return batches.isEmpty();
  }

  /** How many commands wait. */
  int count() {
    return count;
  }

  /** How much memory they occupy. */
  long bytes() {
    return bytes;
  }

  /** Adds commands behind the others. */
  void add(Batch batch) {
    batches.addLast(batch);
    account(batch, 1);
  }

  /** Adds commands before the others: they were sent once and never left. */
  void addFirst(Batch batch) {
    batches.addFirst(batch);
    unsentBatches++;
    account(batch, 1);
  }

  /** Adds unsent commands behind other unsent ones and before those that were never sent. */
  void addUnsent(Batch batch) {
    ArrayDeque<Batch> unsent = new ArrayDeque<>();
    for (int i = 0; i < unsentBatches; i++) {
      unsent.add(batches.removeFirst());
    }
    batches.addFirst(batch);
    while (!unsent.isEmpty()) {
      batches.addFirst(unsent.removeLast());
    }
    unsentBatches++;
    account(batch, 1);
  }

  /** Takes the oldest batch. */
  Batch take() {
    Batch batch = batches.removeFirst();
    unsentBatches = Math.max(0, unsentBatches - 1);
    account(batch, -1);
    return batch;
  }

  /** When the oldest batch arrived. */
  long arrivedNanos() {
    return batches.getFirst().arrivedNanos();
  }

  private void account(Batch batch, int sign) {
    count += sign * batch.count();
    bytes += (long) sign * batch.bytes().capacity();
  }
}
