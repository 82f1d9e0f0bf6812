package io.understudy.replication;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a feed stood after each command of the source, while that may be asked for: from the moment
 * at which another snapshot of the same history is asked for until the source tells its offset. One
 * thread.
 *
 * <p>Under load a source may take hundreds of thousands of commands until then, so each note is
 * kept as its distance from the one before, in a few bytes.
 */
final class OffsetTrace {
  /** More is never noted; whoever waits for the answer must then ask anew. */
  static final int MAX_NOTES = 1 << 20;

  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int BITS_A_BYTE = 7;
  private static final int MORE = 1 << BITS_A_BYTE;

  /** Three numbers of 64 bits each, of which a byte holds seven. */
  private static final int MAX_NOTE_BYTES = 3 * Math.ceilDiv(Long.SIZE, BITS_A_BYTE);

  /**
   * Where a feed stood.
   *
   * @param offset of its own stream
   * @param database that its stream has selected; -1 for none
   */
  record Place(long offset, int database) {}

  /** What is noted: the place, and the source's offset from which on it is that. */
  private record Note(long source, long feed, int database) {}

  /** Notes, one behind the other. */
  private static final class Chunk {
    private final byte[] bytes = new byte[CHUNK_BYTES];
    private int used;

    boolean isFull() {
      return used + MAX_NOTE_BYTES > CHUNK_BYTES;
    }

    void add(long number) {
      long rest = number;
      while (rest >>> BITS_A_BYTE != 0) {
        bytes[used++] = (byte) (rest | MORE);
        rest >>>= BITS_A_BYTE;
      }
      bytes[used++] = (byte) rest;
    }
  }

  private final List<Chunk> chunks = new ArrayList<>();
  private Note first = new Note(0, 0, 0);
  private Note last = first;
  private int count;
  private boolean running;

  /** Begins to note. */
  void start(long sourceOffset, long feedOffset, int selected) {
    stop();
    running = true;
    first = new Note(sourceOffset, feedOffset, selected);
    last = first;
    count = 1;
  }

  /** Ends it. */
  void stop() {
    running = false;
    count = 0;
    chunks.clear();
  }

  boolean isFull() {
    return count >= MAX_NOTES;
  }

  /** Notes where the feed stands behind the source's offset. */
  void note(long sourceOffset, long feedOffset, int selected) {
    if (!running || isFull() || last.feed() == feedOffset) {
      return;
    }
    if (chunks.isEmpty() || chunks.getLast().isFull()) {
      chunks.add(new Chunk());
    }
    Chunk chunk = chunks.getLast();
    chunk.add(sourceOffset - last.source());
    chunk.add(feedOffset - last.feed());
    chunk.add((long) selected - last.database());
    last = new Note(sourceOffset, feedOffset, selected);
    count++;
  }

  /** Where the feed stood when the source was at an offset, which must have been passed. */
  Place at(long sourceOffset) {
    Note found = first;
    for (Chunk chunk : chunks) {
      Reading reading = new Reading(chunk);
      while (reading.hasMore()) {
        Note next =
            new Note(
                found.source() + reading.next(),
                found.feed() + reading.next(),
                (int) (found.database() + reading.next()));
        if (next.source() > sourceOffset) {
          return new Place(found.feed(), found.database());
        }
        found = next;
      }
    }
    return new Place(found.feed(), found.database());
  }

  /** Reads a chunk from its beginning. */
  private static final class Reading {
    private final Chunk chunk;
    private int at;

    Reading(Chunk chunk) {
      this.chunk = chunk;
    }

    boolean hasMore() {
      return at < chunk.used;
    }

    long next() {
      long number = 0;
      int shift = 0;
      byte read;
      do {
        read = chunk.bytes[at++];
        number |= (long) (read & (MORE - 1)) << shift;
        shift += BITS_A_BYTE;
      } while (read < 0);
      return number;
    }
  }
}
