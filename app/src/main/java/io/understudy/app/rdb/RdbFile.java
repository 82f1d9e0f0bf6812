package io.understudy.app.rdb;

import io.understudy.replication.rdb.RdbException;
import io.understudy.replication.rdb.RdbHandler;
import io.understudy.replication.rdb.RdbLimits;
import io.understudy.replication.rdb.RdbReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** Reads one file from its first byte to its last. */
public final class RdbFile {
  private static final int PIECE_BYTES = 256 * 1024;

  private RdbFile() {}

  /**
   * Reads a file to its end.
   *
   * @param progress told after each piece how many bytes were read so far
   * @return how many bytes the file has
   * @throws RdbException when it is damaged, too short, or followed by something else
   * @throws IOException when it cannot be read
   */
  public static long read(InputStream in, RdbHandler handler, LongConsumer progress)
      throws IOException {
    var reader = new RdbReader(handler, RdbLimits.DEFAULT);
    byte[] piece = new byte[PIECE_BYTES];
    int length;
    while ((length = in.read(piece)) >= 0) {
      int taken = reader.feed(piece, 0, length);
      progress.accept(reader.position());
      if (taken < length) {
        throw new TrailingBytesException(reader.position());
      }
    }
    reader.end();
    return reader.position();
  }

  /** The file is complete, and something follows it. */
  public static final class TrailingBytesException extends IOException {
    private static final long serialVersionUID = 1L;

    TrailingBytesException(long offset) {
      super("at byte " + offset + ": the file has ended here, but more bytes follow");
    }
  }
}
