package io.understudy.replication.source;

/** A snapshot that cannot be used: damaged, or of a kind that is not known. */
public final class SnapshotException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean fatal;

  /**
   * @param line one line for an operator: what, and at which byte
   * @param fatal whether the same would happen with every other snapshot of the source
   */
  public SnapshotException(String line, boolean fatal) {
    super(line);
    this.fatal = fatal;
  }

  /** Whether the same would happen with every other snapshot of the source. */
  public boolean isFatal() {
    return fatal;
  }

  /** The line for an operator. */
  public String line() {
    return String.valueOf(getMessage());
  }
}
