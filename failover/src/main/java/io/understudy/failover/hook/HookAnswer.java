package io.understudy.failover.hook;

/**
 * How a call ended.
 *
 * @param hook its name
 * @param words what it said, in one line; may be empty
 * @param tookMillis how long it took
 */
public record HookAnswer(String hook, Kind kind, String words, long tookMillis) {

  /** What it means. */
  public enum Kind {
    /** The program ended with 0, or the address answered 2xx. */
    AGREED,
    /** The program ended with another code, or the address answered 403 or 409. */
    OBJECTED,
    /** It could not be called, or answered something else. */
    FAILED,
    /** It had not ended at its deadline, and was killed or given up. */
    LATE
  }

  /** The answer in words. */
  public String describe() {
    String how =
        switch (kind) {
          case AGREED -> "agreed";
          case OBJECTED -> "objected";
          case FAILED -> "failed";
          case LATE -> "did not end in time";
        };
    return hook
        + " "
        + how
        + " after "
        + tookMillis
        + " ms"
        + (words.isEmpty() ? "" : ": " + words);
  }
}
