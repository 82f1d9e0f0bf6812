package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.understudy.replication.rdb.RdbException;
import io.understudy.replication.rdb.RdbLimits;
import io.understudy.replication.rdb.RdbReader;
import io.understudy.replication.sink.SnapshotReceivers;
import io.understudy.replication.source.SnapshotException;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.SnapshotOutput;
import io.understudy.replication.stage.SnapshotPart;
import io.understudy.replication.stage.SnapshotStage;
import io.understudy.replication.stage.UncuttableException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * One snapshot of the source on its way to the replicas of some feeds, read once and split while it
 * passes. Holds at most one block per feed. The source's event loop.
 */
final class SnapshotTransfer {
  private static final int READ_BYTES = 64 * 1024;
  private static final int BLOCK_BYTES = 256 * 1024;

  /** One feed's share. */
  private static final class Share implements SnapshotOutput {
    private final Feed feed;
    private final SnapshotReceivers receivers;
    private final ByteBufAllocator memory;
    private final SnapshotPart part;
    private ByteBuf block;
    private long writtenNanos;

    Share(Feed feed, OffsetTrace.Place place, ByteBufAllocator memory) {
      this.feed = feed;
      this.memory = memory;
      this.receivers = feed.server().beginSnapshot(place.offset());
      this.part =
          new SnapshotPart(
              feed.plan().selection(),
              feed.plan().contents(),
              feed.plan().rename(),
              feed.plan().policies(),
              feed.target(),
              feed.plan().maxValueBytes(),
              place.database(),
              this);
      this.block = memory.directBuffer(BLOCK_BYTES);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      int at = from;
      int left = length;
      while (left > 0) {
        int here = Math.min(left, BLOCK_BYTES - block.readableBytes());
        block.writeBytes(bytes, at, here);
        at += here;
        left -= here;
        if (block.readableBytes() == BLOCK_BYTES) {
          flush();
        }
      }
    }

    void flush() {
      if (block.isReadable()) {
        feed.uses(part.highestDatabase());
        receivers.send(block);
        block = memory.directBuffer(BLOCK_BYTES);
      }
    }

    void release() {
      block.release();
    }
  }

  private final List<Share> shares = new ArrayList<>();
  private final SnapshotStage stage;
  private final RdbReader reader;
  private final byte[] piece = new byte[READ_BYTES];
  private final OptionalLong totalBytes;
  private final long startNanos;
  private long bytes;

  /** One feed, and where its stream goes on behind the snapshot. */
  record Target(Feed feed, OffsetTrace.Place place) {}

  /**
   * Begins, and tells all replicas of these feeds that wait for a snapshot.
   *
   * @param totalBytes the snapshot's length, if the source told it
   */
  SnapshotTransfer(
      List<Target> targets, OptionalLong totalBytes, ByteBufAllocator memory, long nowNanos) {
    this.totalBytes = totalBytes;
    this.startNanos = nowNanos;
    for (Target target : targets) {
      Share share = new Share(target.feed(), target.place(), memory);
      share.writtenNanos = nowNanos;
      if (share.receivers.isEmpty()) {
        share.release();
      } else {
        shares.add(share);
      }
    }
    this.stage = new SnapshotStage(shares.stream().map(share -> share.part).toList());
    this.reader = new RdbReader(stage, RdbLimits.DEFAULT);
  }

  /**
   * Reads on.
   *
   * @return whether the snapshot ended; bytes behind it are left
   */
  boolean read(ByteBuf in, long nowNanos) throws SnapshotException {
    try {
      while (in.isReadable() && !stage.isEnded()) {
        int length = Math.min(READ_BYTES, in.readableBytes());
        in.getBytes(in.readerIndex(), piece, 0, length);
        int taken = reader.feed(piece, 0, length);
        in.skipBytes(taken);
        bytes += taken;
      }
    } catch (RdbException e) {
      throw new SnapshotException(String.valueOf(e.getMessage()), true);
    } catch (Rename.CollisionException | UncuttableException e) {
      throw new SnapshotException(String.valueOf(e.getMessage()), true);
    }
    for (Share share : shares) {
      share.part.push();
      if (share.block.isReadable()) {
        share.writtenNanos = nowNanos;
        share.flush();
      }
    }
    return stage.isEnded();
  }

  /** Whether every receiver takes more. */
  boolean takesMore() {
    for (Share share : shares) {
      if (!share.receivers.takeMore()) {
        return false;
      }
    }
    return true;
  }

  /** Whether nobody is left who wants it. */
  boolean isUnwanted() {
    return shares.stream().allMatch(share -> share.receivers.isEmpty());
  }

  /** Says to those who got nothing for a while that we are alive. */
  void keepAlive(long nowNanos) {
    for (Share share : shares) {
      if (nowNanos - share.writtenNanos >= share.feed.plan().options().keepAlive().toNanos()) {
        share.writtenNanos = nowNanos;
        share.part.keepAlive();
        share.part.push();
        share.flush();
      }
    }
  }

  /** The snapshot came whole, its end mark included: now the replicas may have theirs. */
  void end() {
    for (Share share : shares) {
      share.receivers.end();
      share.feed.snapshotPassed(share.part.entries(), share.part.leftOut());
      share.release();
    }
  }

  /** It will never be whole. */
  void fail(String reason) {
    for (Share share : shares) {
      share.receivers.fail(reason);
      share.release();
    }
  }

  SourceStatus.Progress progress(long nowNanos) {
    return new SourceStatus.Progress(
        bytes, totalBytes, stage.entries(), stage.announcedEntries(), nowNanos - startNanos);
  }
}
