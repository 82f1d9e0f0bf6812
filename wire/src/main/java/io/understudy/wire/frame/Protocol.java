package io.understudy.wire.frame;

/** The version of the protocol that HELLO chose for a connection. */
public enum Protocol {
  /** What every connection begins with. */
  RESP2,
  /** With maps, sets, nulls, booleans, doubles, attributes and push frames; Redis 6.0 and later. */
  RESP3
}
