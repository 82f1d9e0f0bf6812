package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbTarget.Loss;
import io.understudy.replication.rdb.RdbVersion.Family;
import io.understudy.replication.rdb.RdbWriter.Checksum;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Damages a file, without that the checksum tells, and reads, decodes and writes what is left of
 * it: nothing but an {@link RdbException} may come of that, and what was written must be readable.
 */
final class RdbFuzzer {
  private static final int MAX_EDITS = 6;
  private static final int MAX_EDIT_BYTES = 12;
  private static final int LONGEST = 1 << 20;

  /** Bytes that begin something, or are the edge of something. */
  private static final int[] EDGES = {
    0, 1, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xf0, 0xf4, 0xfe, 0xff
  };

  private final Random random;
  private byte[] file;

  RdbFuzzer(long seed, List<byte[]> files) {
    random = new Random(seed);
    file = files.get(random.nextInt(files.size())).clone();
  }

  /** Returns whether the damaged file was read to its end. */
  boolean run() {
    int edits = 1 + random.nextInt(MAX_EDITS);
    for (int i = 0; i < edits; i++) {
      edit();
    }
    if (random.nextInt(4) == 0) {
      file = Arrays.copyOf(file, random.nextInt(file.length));
    } else {
      Arrays.fill(file, Math.max(0, file.length - Long.BYTES), file.length, (byte) 0);
    }
    var out = new ByteArrayOutputStream();
    var target =
        new RdbTarget(
            random.nextBoolean() ? Family.REDIS : Family.VALKEY,
            6 + random.nextInt(4),
            random.nextInt(8),
            Set.of(),
            random.nextBoolean() ? Loss.ALLOWED : Loss.REFUSED);
    var writer = new RdbWriter(target, LONGEST, Checksum.COMPUTED, out::write);
    try {
      readPieces(new RdbFilter(this::isChosen, writer));
      read(out.toByteArray());
      return true;
    } catch (RdbException e) {
      if (!String.valueOf(e.getMessage()).matches("(?s)at byte \\d+: .+|the value of key .+")) {
        throw new AssertionError("a message without a place: " + e.getMessage(), e);
      }
      return false;
    }
  }

  /** Decodes by the way, because a value that needs no new type is otherwise not looked at. */
  private boolean isChosen(RdbEntry entry) {
    return entry.type() != EntryType.MODULE_2 && random.nextInt(10) > 0;
  }

  private void readPieces(RdbHandler handler) {
    var reader = new RdbReader(handler, new RdbLimits(LONGEST, LONGEST, 100));
    for (int at = 0; at < file.length && !reader.isComplete(); ) {
      int length = Math.min(1 + random.nextInt(random.nextBoolean() ? 20 : 2000), file.length - at);
      at += reader.feed(file, at, length);
    }
    reader.end();
  }

  /** What was written may hold damaged values, but every part of it must be in its place. */
  private static void read(byte[] written) {
    var decoding =
        new Contents.Reading() {
          @Override
          public void onPartEnd() {
            try {
              super.onPartEnd();
            } catch (RdbException e) {
              // The value's own bytes are damaged; those around it are not.
            }
          }
        };
    try {
      Transcript.feed(new RdbReader(decoding, RdbLimits.DEFAULT), written, written.length);
    } catch (RdbException e) {
      throw new AssertionError("what was written cannot be read: " + e.getMessage(), e);
    }
  }

  private void edit() {
    int at = random.nextInt(file.length);
    int length = Math.min(1 + random.nextInt(MAX_EDIT_BYTES), file.length - at);
    switch (random.nextInt(5)) {
      case 0 -> file[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      case 1, 2 -> file[at] = (byte) EDGES[random.nextInt(EDGES.length)];
      case 3 -> replace(at, length, new byte[0]);
      default -> {
        int from = random.nextInt(file.length - length + 1);
        replace(at, 0, Arrays.copyOfRange(file, from, from + length));
      }
    }
  }

  private void replace(int at, int length, byte[] with) {
    if (file.length - length + with.length == 0) {
      return;
    }
    byte[] edited = new byte[file.length - length + with.length];
    System.arraycopy(file, 0, edited, 0, at);
    System.arraycopy(with, 0, edited, at, with.length);
    System.arraycopy(file, at + length, edited, at + with.length, file.length - at - length);
    file = edited;
  }
}
