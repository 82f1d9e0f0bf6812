package io.understudy.failover.view;

/**
 * The name of a replication history: {@code master_replid} of {@code INFO replication}. Two nodes
 * under one id hold the same data up to the lower of their offsets.
 *
 * @param value 40 hexadecimal digits on every server seen so far
 */
public record ReplicationId(String value) {
  private static final int SHORT_LENGTH = 8;

  public ReplicationId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a replication id is never empty");
    }
  }

  /** The first characters, for messages that a person reads. */
  public String abbreviated() {
    return value.length() <= SHORT_LENGTH ? value : value.substring(0, SHORT_LENGTH);
  }

  @Override
  public String toString() {
    return value;
  }
}
