package io.understudy.replication.stage;

/** How many commands were passed, dropped, cut, said otherwise, or led to a value being read. */
public final class Tally {
  long passed;
  long dropped;
  long cut;
  long fetched;
  long translated;
  long unsaid;

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

  /** Commands that were said in other words, because the replicas do not know the source's. */
  public long translated() {
    return translated;
  }

  /** Commands that the replicas have no words for, and that may be lost. */
  public long unsaid() {
    return unsaid;
  }
}
