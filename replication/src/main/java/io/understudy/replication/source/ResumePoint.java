package io.understudy.replication.source;

/**
 * Where a stream may go on without a snapshot.
 *
 * @param replicationId of the source's history, 40 hexadecimal digits
 * @param offset how many bytes of that history are there; outside of a transaction
 */
public record ResumePoint(String replicationId, long offset) {}
