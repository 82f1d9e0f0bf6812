package io.understudy.replication.rdb;

/**
 * Takes what an {@link RdbReader} finds, in the order of the file, on the thread that feeds it.
 *
 * <p>After {@link #onEntry} and {@link #onRecord} answered with anything but {@link Take#NOTHING},
 * the bytes come in one or more calls of {@link #onBytes}, and then {@link #onPartEnd} once, before
 * anything else. What a handler throws goes through {@link RdbReader#feed} to its caller and ends
 * the reader.
 */
public interface RdbHandler {
  /** The header was read: once, first. */
  void onStart(RdbVersion version);

  /** Something that is no key. {@link Take#VALUE} is as good as {@link Take#WHOLE} here. */
  Take onRecord(RdbRecord record);

  /**
   * A key, before any byte of it is passed on.
   *
   * @param entry valid during this call only
   */
  Take onEntry(RdbEntry entry);

  /**
   * Bytes that were asked for.
   *
   * @param bytes the array that was fed, or one of the reader's; valid during this call only
   */
  void onBytes(byte[] bytes, int offset, int length);

  /** The entry or record whose bytes were asked for is complete. */
  void onPartEnd();

  /**
   * The file is complete and its checksum is right: once, last. A handler that passes bytes on must
   * not write its own end before this.
   */
  void onEnd();
}
