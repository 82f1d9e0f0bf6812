package io.understudy.replication.rdb;

import java.io.Serial;

/**
 * Bytes that are no RDB file, are damaged, or hold what cannot be passed on; the message says in
 * one line what is wrong, of which key, and at which byte of the file.
 */
public final class RdbException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final long NOWHERE = -1;

  private final long offset;
  private final boolean overLimit;

  private RdbException(String message, long offset, boolean overLimit) {
    super(message);
    this.offset = offset;
    this.overLimit = overLimit;
  }

  /** Something is wrong at a byte of the file. */
  static RdbException at(long offset, String what) {
    return new RdbException("at byte " + offset + ": " + what, offset, false);
  }

  /** Something at a byte of the file is larger than a limit allows. */
  static RdbException overLimit(long offset, String what) {
    return new RdbException("at byte " + offset + ": " + what, offset, true);
  }

  /** Something is wrong that has no place in a file. */
  static RdbException of(String what) {
    return new RdbException(what, NOWHERE, false);
  }

  /** The same, said of the value of a key. */
  RdbException within(String key) {
    return new RdbException(getMessage() + ", within the value of " + key, offset, overLimit);
  }

  /** Whether it is not known to be damaged, but larger than a limit allows. */
  public boolean isOverLimit() {
    return overLimit;
  }

  /** Where in the file, in bytes from its start; -1 when it is not about a place in a file. */
  public long offset() {
    return offset;
  }
}
