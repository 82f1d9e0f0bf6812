package io.understudy.replication.sink;

import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The replicas of one feed that are sent the same snapshot. Bytes go to all of them at the pace of
 * the slowest; one that is gone is no longer waited for. The feed's event loop.
 */
public final class SnapshotReceivers {
  private final List<Downstream> receivers;
  private final String mark;

  SnapshotReceivers(List<Downstream> receivers, String mark) {
    this.receivers = List.copyOf(receivers);
    this.mark = mark;
  }

  /** Whether nobody is left. */
  public boolean isEmpty() {
    return receivers.stream().noneMatch(r -> r.phase() == Downstream.Phase.RECEIVING);
  }

  /** Whether all of them take more. */
  public boolean takeMore() {
    for (Downstream receiver : receivers) {
      if (!receiver.takesMore()) {
        return false;
      }
    }
    return true;
  }

  /** Sends the next bytes; the buffer is released. */
  public void send(ByteBuf bytes) {
    for (Downstream receiver : receivers) {
      receiver.sendSnapshot(bytes.retainedDuplicate());
    }
    bytes.release();
  }

  /** Says that the snapshot is whole. */
  public void end() {
    receivers.forEach(receiver -> receiver.endSnapshot(mark));
  }

  /** Cuts them off before the end mark, so that nobody takes a half snapshot for a whole one. */
  public void fail(String reason) {
    for (Downstream receiver : receivers) {
      if (receiver.phase() == Downstream.Phase.RECEIVING) {
        receiver.cut(reason);
      }
    }
  }
}
