package io.understudy.app.cli;

/** What the exit codes of every command mean. */
public final class ExitCode {
  /** Done, and all is well. */
  public static final int OK = 0;

  /** Done, and something is not well: a group without primary, a demo that lost a write. */
  public static final int FAILED = 1;

  /** Wrong arguments or a wrong configuration; nothing was started. */
  public static final int USAGE = 2;

  /** The configuration is right, but the program could not start: an address in use. */
  public static final int CANNOT_START = 3;

  /** No running program answers at the admin address. */
  public static final int NOT_REACHABLE = 4;

  /** A defect of Understudy itself. */
  public static final int DEFECT = 70;

  private ExitCode() {}
}
