package io.understudy.replication.stage;

/** A command that is not what its name promises; the stream cannot be understood any further. */
public final class UncuttableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UncuttableException(String line) {
    super(line);
  }

  UncuttableException(String line, Throwable cause) {
    super(line, cause);
  }
}
