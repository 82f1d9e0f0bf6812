package io.understudy.replication.stage;

/**
 * What a feed does with what has no one right answer. Immutable.
 *
 * @param uncuttable what becomes of a command that the filter cannot cut
 * @param messages whether {@code PUBLISH} and {@code SPUBLISH} go on; what Sentinels tell each
 *     other never does
 * @param functions whether functions go on, in snapshots and in the stream
 */
public record Policies(Uncuttable uncuttable, Passage messages, Passage functions) {
  /** Nothing is lost, and nothing is guessed. */
  public static final Policies DEFAULT = new Policies(Uncuttable.FETCH, Passage.PASS, Passage.PASS);

  /** What becomes of a command that has keys on both sides of the filter and cannot be cut. */
  public enum Uncuttable {
    /** The values of the kept keys are read from the source; the feed stops if that is no help. */
    FETCH,
    /** The feed stops. */
    FAIL,
    /** What cannot be cut is left out, counted and told: replicas lack what it changed. */
    WARN
  }

  /** Whether something goes on. */
  public enum Passage {
    /** It goes on. */
    PASS,
    /** It is left out. */
    DROP
  }

  boolean passMessages() {
    return messages == Passage.PASS;
  }

  boolean passFunctions() {
    return functions == Passage.PASS;
  }
}
