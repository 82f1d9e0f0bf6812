package io.understudy.replication.stage;

/** Takes the bytes of a snapshot that is being written. */
public interface SnapshotOutput {
  /** Takes bytes; the array is only right during the call. */
  void write(byte[] bytes, int from, int length);
}
