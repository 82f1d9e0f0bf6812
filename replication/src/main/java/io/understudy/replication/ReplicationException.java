package io.understudy.replication;

/** Why replication cannot start, in one line that says what to do. */
public final class ReplicationException extends Exception {
  private static final long serialVersionUID = 1L;

  ReplicationException(String line) {
    super(line);
  }

  ReplicationException(String line, Throwable cause) {
    super(line, cause);
  }
}
