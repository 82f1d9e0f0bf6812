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

  private RdbException(String message, long offset) {
    super(message);
    this.offset = offset;
  }

  /** Something is wrong at a byte of the file. */
  static RdbException at(long offset, String what) {
    return new RdbException("at byte " + offset + ": " + what, offset);
  }

  /** Something is wrong that has no place in a file. */
  static RdbException of(String what) {
    return new RdbException(what, NOWHERE);
  }

  /** The same, said of the value of a key. */
  RdbException within(String key) {
    return new RdbException(getMessage() + ", within the value of " + key, offset);
  }

  /** Where in the file, in bytes from its start; -1 when it is not about a place in a file. */
  public long offset() {
    return offset;
  }
}
