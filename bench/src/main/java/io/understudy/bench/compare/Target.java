package io.understudy.bench.compare;

/**
 * Something that answers Redis requests on a port of 127.0.0.1.
 *
 * @param name as the tables call it
 * @param pid the process in front of Redis; of Redis itself for the direct row
 * @param kind what it is
 */
record Target(String name, int port, long pid, Kind kind) {
  /** What a target is in the comparison. */
  enum Kind {
    DIRECT,
    PEER,
    UNDERSTUDY
  }
}
