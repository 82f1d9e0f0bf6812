package io.understudy.replication.state;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The memory of a feed's backlog in a file that is mapped into memory. One thread.
 *
 * <p>What will be overwritten is noted before it is: only then is it known, after the process was
 * killed, which of the oldest bytes are still what they were.
 */
public final class RingFile {
  private static final int PAGE_BYTES = 4096;
  private static final int CHUNK_BYTES = 1 << 20;

  private final MappedByteBuffer file;
  private final int capacity;

  private RingFile(MappedByteBuffer file, int capacity) {
    this.file = file;
    this.capacity = capacity;
  }

  static RingFile open(Path path, int capacity) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new RingFile(allocate(channel, PAGE_BYTES + (long) capacity), capacity);
    }
  }

  /** Maps a file of a size; every page of it is there, for want of one later would end us. */
  static MappedByteBuffer allocate(FileChannel channel, long bytes) throws IOException {
    if (channel.size() != bytes) {
      channel.truncate(0);
      ByteBuffer zeros = ByteBuffer.allocate(CHUNK_BYTES);
      for (long at = 0; at < bytes; ) {
        zeros.clear().limit((int) Math.min(CHUNK_BYTES, bytes - at));
        at += channel.write(zeros, at);
      }
    }
    return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
  }

  /** What the backlog is kept in. */
  public ByteBuffer memory() {
    return file.slice(PAGE_BYTES, capacity);
  }

  /** Notes that bytes up to an offset are about to be written. */
  public void reserve(long end) {
    file.putLong(0, end);
    VarHandle.releaseFence();
  }

  /** The offset of the oldest byte that is certainly what it was, given what was noted of it. */
  public long oldest(long start) {
    return Math.max(start, file.getLong(0) - capacity);
  }
}
