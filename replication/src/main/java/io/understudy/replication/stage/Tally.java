package io.understudy.replication.stage;

/** How many commands were passed, dropped, cut, or led to a value being read again. */
public final class Tally {
  long passed;
  long dropped;
  long cut;
  long fetched;

  /** Nothing was counted. */
  public Tally() {}

  /** Commands that went on as they were. */
  public long passed() {
    return passed;
  }

  /** Commands that did not concern this part. */
  public long dropped() {
    return dropped;
  }

  /** Commands of which a part went on. */
  public long cut() {
    return cut;
  }

  /** Commands whose result was read from the source. */
  public long fetched() {
    return fetched;
  }
}
