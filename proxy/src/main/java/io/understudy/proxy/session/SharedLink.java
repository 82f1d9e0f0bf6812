package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.ReplyTarget;
import io.understudy.proxy.backend.SharedBackend;
import org.jspecify.annotations.Nullable;

/**
 * A session and the connection it shares with others: which of its commands are on their way, which
 * wait for a primary, and what became of those whose connection was lost.
 *
 * <p>When the client is gone this stays behind as the tombstone that takes its replies.
 */
final class SharedLink implements ReplyTarget {
  private final Session session;
  private final SessionContext context;
  private int inFlight;
  private long pieceBytes;
  private @Nullable Holding holding;
  private @Nullable Refused refused;
  private @Nullable SharedBackend shared;

  SharedLink(Session session, SessionContext context) {
    this.session = session;
    this.context = context;
  }

  /** How many commands are neither answered nor given up. */
  int outstanding() {
    return inFlight
        + (holding == null ? 0 : holding.count())
        + (refused == null ? 0 : refused.count());
  }

  /** The shared connection for the session's state; null if it has to wait for one. */
  @Nullable SharedBackend backend() {
    SharedBackend current = shared;
    if (current == null || !current.isUsable()) {
      current = context.pool().shared(session.key());
      shared = current;
      if (current != null) {
        session.locked(current.isLocked());
      }
    }
    return current;
  }

  /** The session's state changed: another connection is the right one. */
  void leaveBackend() {
    shared = null;
  }

  /** Until when a command that arrives now may wait for a primary. */
  long deadlineNanos() {
    return context.loop().turn().nowNanos() + context.loop().limits().hold().toNanos();
  }

  /** So many more commands are on their way. */
  void sent(int count) {
    inFlight += count;
  }

  /** Sends what waits; returns how many commands that was. */
  int sendHeld(SharedBackend backend) {
    shared = backend;
    int count = holding().send(backend, this);
    inFlight += count;
    return count;
  }

  /** The commands that wait for a primary. */
  Holding holding() {
    Holding present = holding;
    if (present == null) {
      present = new Holding(session);
      holding = present;
    }
    return present;
  }

  /** Whether commands wait, so that later ones have to wait behind them. */
  boolean isHolding() {
    return refused != null || (holding != null && !holding.isEmpty());
  }

  /** Whether so much waits that the client should not be read any more. */
  boolean isFull() {
    return holding != null && holding.isFull();
  }

  /** The client takes replies again. */
  void receptive() {
    if (shared != null) {
      shared.receptive(this);
    }
  }

  /** The client is gone: nothing of it is sent any more. */
  void release() {
    if (holding != null) {
      holding.release();
    }
    if (refused != null) {
      refused.release();
      refused = null;
    }
    receptive();
  }

  @Override
  public void replies(ByteBuf bytes, int from, int length, int count) {
    inFlight -= count;
    if (session.isClosed()) {
      return;
    }
    if (refused != null) {
      refused.other(bytes, from, length, count);
      endRefused();
    } else {
      session.output().add(bytes, from, length);
    }
    context.counters().add(Counters.Count.REPLIES, count);
    session.touch();
  }

  @Override
  public void piece(ByteBuf bytes, int from, int length, boolean last) {
    pieceBytes += length;
    if (pieceBytes > context.loop().limits().heavyReplyBytes()) {
      session.specials().heavy();
    }
    if (last) {
      inFlight--;
      pieceBytes = 0;
    }
    if (session.isClosed()) {
      return;
    }
    giveUpRefused();
    session.output().add(bytes, from, length);
    session.flushOutput();
    session.touch();
  }

  @Override
  public void refused(
      @Nullable ByteBuf request, long deadlineNanos, ByteBuf reply, int from, int length) {
    inFlight--;
    if (session.isClosed()) {
      if (request != null) {
        request.release();
      }
      return;
    }
    Refused all = refused;
    if (all == null) {
      all = new Refused(context.loop().allocator(), deadlineNanos);
      refused = all;
    }
    all.add(request, reply, from, length);
    endRefused();
    session.touch();
  }

  /** When the last command in flight is answered, it shows whether all were refused. */
  private void endRefused() {
    Refused all = refused;
    if (all == null || inFlight > 0) {
      return;
    }
    refused = null;
    ByteBuf again = all.requests();
    if (again == null) {
      all.giveUp(session.output());
    } else {
      int count = all.count();
      all.release();
      context.counters().add(Counters.Count.RESENT, count);
      holding().again(again, count, all.deadlineNanos());
    }
  }

  private void giveUpRefused() {
    if (refused != null) {
      refused.giveUp(session.output());
      refused = null;
    }
  }

  @Override
  public void unanswered(int count, boolean insideReply) {
    inFlight -= count;
    pieceBytes = 0;
    if (session.isClosed()) {
      return;
    }
    context.counters().add(Counters.Count.UNKNOWN, count);
    giveUpRefused();
    if (insideReply) {
      // Half a reply is written and its end is lost: there is no honest way to go on.
      session.close();
      return;
    }
    for (int i = 0; i < count; i++) {
      session.output().add(Answers.UNKNOWN_OUTCOME);
    }
    session.touch();
  }

  @Override
  public void unsent(ByteBuf requests, int count, long deadlineNanos) {
    inFlight -= count;
    if (session.isClosed() || count == 0) {
      requests.release();
      return;
    }
    context.counters().add(Counters.Count.RESENT, count);
    giveUpRefused();
    holding().later(requests, count, deadlineNanos);
    session.touch();
  }

  @Override
  public boolean isReceptive() {
    return session.isReceptive();
  }

  @Override
  public void resume() {
    session.resume();
  }
}
