package io.understudy.replication.state;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The positions of one source and its feeds in a file that is mapped into memory. One thread.
 *
 * <p>There are two places, written in turn, each with a checksum: whenever the process is killed,
 * one of them is whole. Nothing is synced to the disk, because after a crash of the machine nobody
 * could tell which pages of the feeds' streams are old: its boot id is written, and another one
 * makes the file void.
 */
public final class StateFile implements AutoCloseable {
  private static final String MAGIC = "understudy-state-2";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int PAGE_BYTES = 4096;
  private static final int PLACE_BYTES = 64 * 1024;
  private static final int PLACES = 2;
  private static final int HEAD_BYTES = Long.BYTES + Long.BYTES + Integer.BYTES;

  private final Path folder;
  private final FileChannel channel;
  private final MappedByteBuffer memory;
  private final String title;
  private long sequence;

  private StateFile(Path folder, FileChannel channel, MappedByteBuffer memory, String title) {
    this.folder = folder;
    this.channel = channel;
    this.memory = memory;
    this.title = title;
  }

  /**
   * Opens or makes the file of a source.
   *
   * @param folder is made if it is not there; nobody else may use it
   * @throws IOException in one line for an operator
   */
  public static StateFile open(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("source.state"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!isLocked(channel)) {
        channel.close();
        throw new IOException(
            "the state in " + folder + " is used by another process; stop it, or name another");
      }
      MappedByteBuffer memory =
          RingFile.allocate(channel, PAGE_BYTES + (long) PLACES * PLACE_BYTES);
      String boot = Files.exists(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "";
      return new StateFile(folder, channel, memory, MAGIC + " " + boot);
    } catch (FileSystemException e) {
      throw new IOException(
          "the state in "
              + folder
              + " cannot be written: "
              + (e.getReason() == null ? e.getMessage() : e.getReason()),
          e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** What the last process wrote; empty if it wrote nothing, or before the machine's last start. */
  public Optional<ResumeState> load() {
    byte[] found = new byte[title.length()];
    memory.get(0, found);
    Optional<byte[]> newest = Optional.empty();
    if (new String(found, StandardCharsets.ISO_8859_1).equals(title)) {
      for (int place = 0; place < PLACES; place++) {
        long written = memory.getLong(at(place));
        Optional<byte[]> bytes = written > sequence ? whole(place) : Optional.empty();
        if (bytes.isPresent()) {
          sequence = written;
          newest = bytes;
        }
      }
    }
    memory.put(0, title.getBytes(StandardCharsets.ISO_8859_1));
    try {
      return newest.isEmpty() || newest.get().length == 0
          ? Optional.empty()
          : Optional.of(StateBytes.read(newest.get()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // of another version of this program
    }
  }

  private Optional<byte[]> whole(int place) {
    int at = at(place);
    int length = memory.getInt(at + 2 * Long.BYTES);
    if (length < 0 || length > PLACE_BYTES - HEAD_BYTES) {
      return Optional.empty();
    }
    byte[] bytes = new byte[length];
    memory.get(at + HEAD_BYTES, bytes);
    boolean right = checksum(memory.getLong(at), bytes) == memory.getLong(at + Long.BYTES);
    return right ? Optional.of(bytes) : Optional.empty();
  }

  /**
   * Remembers a state; empty when there is nothing that one could go on with, as when a state has
   * grown too large to be noted.
   */
  public void save(Optional<ResumeState> state) {
    byte[] bytes = state.map(StateBytes::write).orElse(new byte[0]);
    if (bytes.length > PLACE_BYTES - HEAD_BYTES) {
      bytes = new byte[0];
    }
    sequence++;
    int at = at((int) (sequence % PLACES));
    VarHandle.releaseFence(); // the feeds' bytes are there before what speaks of them
    memory.putLong(at, 0);
    VarHandle.releaseFence();
    memory.putInt(at + 2 * Long.BYTES, bytes.length);
    memory.put(at + HEAD_BYTES, bytes);
    memory.putLong(at + Long.BYTES, checksum(sequence, bytes));
    VarHandle.releaseFence();
    memory.putLong(at, sequence);
    VarHandle.releaseFence();
  }

  private static int at(int place) {
    return PAGE_BYTES + place * PLACE_BYTES;
  }

  private static long checksum(long sequence, byte[] bytes) {
    CRC32 crc = new CRC32();
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      crc.update((int) (sequence >>> shift));
    }
    crc.update(bytes);
    return crc.getValue() + 1; // a page of zeros is no state
  }

  /**
   * The file that keeps the newest bytes of a feed's stream.
   *
   * @param listen where the feed listens
   * @throws IOException in one line for an operator: the disk is full, for one
   */
  public RingFile ring(String listen, int capacity) throws IOException {
    return RingFile.open(
        folder.resolve(listen.replaceAll("[^0-9A-Za-z.]", "_") + ".stream"), capacity);
  }

  /** Lets another process have it. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
