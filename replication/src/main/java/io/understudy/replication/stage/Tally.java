package io.understudy.replication.stage;

import java.util.EnumMap;
import java.util.Map;

/** How many commands were passed, left out, cut, said otherwise, or led to a value being read. */
public final class Tally {
  long passed;
  long cut;
  long fetched;
  long translated;
  long unsaid;
  long lost;
  private final Map<LeftOut, Long> leftOut = new EnumMap<>(LeftOut.class);

  /** Nothing was counted. */
  public Tally() {}

  /** Commands that went on as they were. */
  public long passed() {
    return passed;
  }

  void leftOut(LeftOut why) {
    leftOut.merge(why, 1L, Long::sum);
  }

  /** Commands that did not concern this part, by the reason; those that there were. */
  public Map<LeftOut, Long> leftOut() {
    return Map.copyOf(leftOut);
  }

  /** Commands that concerned this part and were left out all the same, by its policy. */
  public long lost() {
    return lost;
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
