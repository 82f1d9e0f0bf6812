package io.understudy.topology;

/** What a node says it is. */
public enum Role {
  /** It takes writes and feeds replicas; {@code role:master} on the wire. */
  PRIMARY,
  /** It follows another node, or nothing at all when it is gated; {@code role:slave}. */
  REPLICA
}
