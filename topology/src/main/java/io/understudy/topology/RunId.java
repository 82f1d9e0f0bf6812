package io.understudy.topology;

/**
 * The identity of one run of one server process: the {@code run_id} of {@code INFO server}. A
 * server that restarts gets another.
 *
 * @param value 40 hexadecimal digits on every server seen so far; only non-emptiness is required
 */
public record RunId(String value) implements Comparable<RunId> {
  /** How many leading characters are enough to tell run ids apart in a message for a person. */
  private static final int SHORT_LENGTH = 8;

  public RunId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a run id is never empty");
    }
  }

  /** The first characters, for messages that a person reads. */
  public String abbreviated() {
    return value.length() <= SHORT_LENGTH ? value : value.substring(0, SHORT_LENGTH);
  }

  @Override
  public int compareTo(RunId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
