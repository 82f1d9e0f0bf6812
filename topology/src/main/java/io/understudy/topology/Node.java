package io.understudy.topology;

/**
 * One server process of a group, as it is published: where it listens and which run of it is meant.
 *
 * @param address where clients of Understudy's outputs reach it
 * @param runId the run that was confirmed there; another run at the same address is another node
 */
public record Node(Address address, RunId runId) {
  @Override
  public String toString() {
    return address + " (run " + runId.abbreviated() + ")";
  }
}
