package io.understudy.app.wiring;

/** Says in one line why the program cannot start and what to do about it. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Carries one line; the cause is shown only to those who debug. */
  public StartException(String line, Throwable cause) {
    super(line, cause);
  }

  /** Carries one line. */
  public StartException(String line) {
    super(line);
  }
}
