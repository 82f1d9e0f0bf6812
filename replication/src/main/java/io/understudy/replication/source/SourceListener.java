package io.understudy.replication.source;

import io.netty.buffer.ByteBuf;
import java.util.OptionalLong;

/** What a {@link SourceLink} tells, in this order, each on the link's event loop. */
public interface SourceListener {
  /** The server answered and lets us replicate: what it is. */
  void onIdentified(SourceServer server);

  /**
   * The greeting is over.
   *
   * @return whether to ask for the stream; otherwise the link ends without a further word
   */
  boolean onGreeted();

  /**
   * A snapshot will come, and then the stream from {@code offset} on.
   *
   * @param replicationId of the history that begins here
   * @param offset how many bytes of the stream the snapshot contains
   */
  void onFullResync(String replicationId, long offset);

  /**
   * The stream goes on where it was asked for.
   *
   * @param replicationId the history's id, which is another one after a failover of the source
   */
  void onContinue(String replicationId);

  /**
   * The snapshot's first byte is next.
   *
   * @param bytes its length, if the source tells it
   */
  void onSnapshotBegin(OptionalLong bytes);

  /**
   * Bytes of the snapshot.
   *
   * @param bytes to be read as far as the snapshot goes, which its own format tells; not to be kept
   * @return whether the snapshot ended; bytes behind its end are left unread
   * @throws SnapshotException if it cannot be understood
   */
  boolean onSnapshot(ByteBuf bytes) throws SnapshotException;

  /** The snapshot came whole. */
  void onSnapshotEnd();

  /**
   * Bytes of the stream.
   *
   * @param bytes to be read whole; not to be kept
   */
  void onStream(ByteBuf bytes);

  /** The link is gone, or never came to be; nothing is told after this. */
  void onLost(LinkLoss loss);

  /** The offset up to which everything is safe downstream: what is acknowledged to the source. */
  long safeOffset();
}
