package io.understudy.failover.journal;

import io.understudy.topology.Archive;
import io.understudy.topology.Journal;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Journals as files of one folder, one file per group, replaced atomically.
 *
 * <p>The first line is {@code understudy-journal}, the format's version, the revision, the length
 * of the text in bytes and the CRC-32C of revision and text; the text follows. The folder is locked
 * for as long as this is open, so that two processes on one machine cannot share it.
 */
public final class LocalJournal implements Journal, AutoCloseable {
  /** The version this program writes, and the newest it reads. */
  static final int FORMAT = 1;

  private static final String MAGIC = "understudy-journal";
  private static final String LOCK = "lock";
  private static final int HEADER_FIELDS = 5;
  private static final int HEX = 16;

  /** Far more than a journal can grow to; protects memory from a wrong file. */
  private static final long MAX_BYTES = 16L * 1024 * 1024;

  private final Path folder;
  private final FileChannel lockFile;
  private volatile @Nullable FileLock lock;

  private LocalJournal(Path folder, FileChannel lockFile, @Nullable FileLock lock) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Opens the folder, and makes it if it is not there.
   *
   * @throws IOException in one line: it cannot be made or written, or another process has it open
   */
  public static LocalJournal open(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(
          folder + ": the state folder cannot be made (" + describe(e) + "); choose another", e);
    }
    Path path = folder.resolve(LOCK);
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          folder + ": the state folder cannot be written (" + describe(e) + ")", e);
    }
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new LocalJournal(folder, channel, lock);
      }
    } catch (OverlappingFileLockException e) {
      // The same process has it open; it is as taken as by another one.
    }
    channel.close();
    throw new IOException(
        folder
            + ": another understudy process uses this state folder; stop it, or give each its own");
  }

  /**
   * Opens the folder of another process, to read what it writes and to be its successor; {@link
   * #awaitLock} says when that is.
   *
   * @throws IOException in one line: it cannot be opened
   */
  public static LocalJournal behind(Path folder) throws IOException {
    try {
      return new LocalJournal(
          folder, FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE), null);
    } catch (IOException e) {
      throw new IOException(
          folder + ": the state folder cannot be written (" + describe(e) + ")", e);
    }
  }

  /**
   * Waits until the process that has the folder has closed it, or is dead, and has it from then on.
   *
   * @throws IOException when it is closed meanwhile
   */
  public void awaitLock() throws IOException {
    lock = lockFile.lock();
  }

  /** The history beside these journals; to be used while this is open. */
  public Archive archive() {
    return new LocalArchive(folder);
  }

  @Override
  public Optional<Saved> load(String group) throws IOException {
    Path file = fileOf(group);
    byte[] bytes;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw refused(file, "is too big to be a journal");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    return Optional.of(parse(file, bytes));
  }

  private static Saved parse(Path file, byte[] bytes) throws IOException {
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    String[] header = new String(bytes, 0, end, StandardCharsets.UTF_8).split(" ", -1);
    if (end == bytes.length || !header[0].equals(MAGIC) || header.length < 2) {
      throw refused(file, "is not a journal of understudy");
    }
    try {
      int format = Integer.parseInt(header[1]);
      if (format > FORMAT) {
        throw refused(
            file, "was written by a newer understudy (format " + format + "); use that version");
      }
      if (format != FORMAT || header.length != HEADER_FIELDS) {
        throw refused(file, "has a damaged first line");
      }
      long revision = Long.parseLong(header[2]);
      int length = bytes.length - end - 1;
      boolean intact =
          length == Long.parseLong(header[3])
              && checksum(revision, bytes, end + 1, length) == Long.parseLong(header[4], HEX);
      if (!intact) {
        throw refused(file, "is damaged (its checksum does not match)");
      }
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, end + 1, length))
              .toString();
      return new Saved(text, revision);
    } catch (NumberFormatException | CharacterCodingException e) {
      throw new IOException(refused(file, "is damaged").getMessage(), e);
    }
  }

  private static IOException refused(Path file, String what) {
    return new IOException(
        file
            + " "
            + what
            + ". Nothing was changed. Restore it, or move it away to begin anew from the roles that"
            + " the servers have");
  }

  @Override
  public long save(String group, String text, long follows) throws IOException {
    if (lock == null) {
      throw new IOException(folder + ": another process has this state folder");
    }
    Path file = fileOf(group);
    long newest = load(group).map(Saved::revision).orElse(0L);
    if (newest != follows) {
      throw new IOException(
          file
              + ": revision "
              + newest
              + " is there, not "
              + follows
              + "; another writer was here");
    }
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    long revision = follows + 1;
    String header =
        String.format(
            Locale.ROOT,
            "%s %d %d %d %08x%n",
            MAGIC,
            FORMAT,
            revision,
            body.length,
            checksum(revision, body, 0, body.length));
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try (FileChannel out =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeAll(out, ByteBuffer.wrap(header.getBytes(StandardCharsets.UTF_8)));
      writeAll(out, ByteBuffer.wrap(body));
      out.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The rename itself is durable only when the folder is.
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
    return revision;
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static long checksum(long revision, byte[] bytes, int from, int length) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, revision));
    crc.update(bytes, from, length);
    return crc.getValue();
  }

  /** A group's name may hold anything; a file's name may not. */
  private Path fileOf(String group) {
    return folder.resolve(URLEncoder.encode(group, StandardCharsets.UTF_8) + ".journal");
  }

  private static String describe(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  @Override
  public void close() throws IOException {
    FileLock held = lock;
    if (held != null) {
      held.release();
    }
    lockFile.close();
  }
}
