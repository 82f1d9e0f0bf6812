package io.understudy.replication.sink;

/** Who feeds a {@link FeedServer}; called on its event loop. */
public interface FeedOwner {
  /**
   * A replica needs a snapshot; it is {@link Downstream#isWaiting waiting} and will be until it is
   * given one.
   */
  void onSnapshotWanted();

  /** A replica said what it has, or is gone: {@link FeedServer#acknowledgedOffset} may differ. */
  void onAcknowledged();

  /** A snapshot's receiver takes bytes again, or is gone. */
  void onReceiverReady();

  /** Bytes were added to the stream and are about to be sent. */
  void onSending();
}
