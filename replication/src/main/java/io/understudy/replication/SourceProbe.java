package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.SourceListener;
import io.understudy.replication.source.SourceServer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Greets a source and leaves: whether it can be one. */
final class SourceProbe implements SourceListener {
  /** Whether it answered as a source should, and if not, why. */
  private final CompletableFuture<Optional<LinkLoss>> result = new CompletableFuture<>();

  CompletableFuture<Optional<LinkLoss>> result() {
    return result;
  }

  @Override
  public void onIdentified(SourceServer server) {}

  @Override
  public boolean onGreeted() {
    result.complete(Optional.empty());
    return false;
  }

  @Override
  public void onLost(LinkLoss loss) {
    result.complete(Optional.of(loss));
  }

  @Override
  public void onFullResync(String replicationId, long offset) {
    throw unasked();
  }

  @Override
  public void onContinue(String replicationId) {
    throw unasked();
  }

  @Override
  public void onSnapshotBegin(OptionalLong bytes) {
    throw unasked();
  }

  @Override
  public boolean onSnapshot(ByteBuf bytes) {
    throw unasked();
  }

  @Override
  public void onSnapshotEnd() {
    throw unasked();
  }

  @Override
  public void onStream(ByteBuf bytes) {
    throw unasked();
  }

  @Override
  public long safeOffset() {
    return 0;
  }

  private static IllegalStateException unasked() {
    return new IllegalStateException("nothing was asked for");
  }
}
