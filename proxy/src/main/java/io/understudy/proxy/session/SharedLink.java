package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Confirmer;
import io.understudy.proxy.backend.ReplyTarget;
import io.understudy.proxy.backend.Requests;
import io.understudy.proxy.backend.SharedBackend;
import io.understudy.proxy.observe.Excerpt;
import io.understudy.proxy.route.Freshness;
import io.understudy.proxy.route.ReadPolicy;
import java.nio.charset.StandardCharsets;
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

  /** Of the commands in flight, the first so many end with one that may write. */
  private int unconfirmed;

  private long pieceBytes;
  private @Nullable Holding holding;
  private @Nullable Refused refused;
  private @Nullable SharedBackend shared;
  private @Nullable Asking asking;
  private boolean reading;
  private @Nullable ReadPolicy chosen;
  private long wroteNanos = Freshness.NEVER;

  SharedLink(Session session, SessionContext context) {
    this.session = session;
    this.context = context;
  }

  /** A question to the server, and what came of its answer so far. */
  private record Asking(Request request, ClientQuestion question, StringBuilder said) {}

  /** How many commands are neither answered nor given up. */
  int outstanding() {
    return inFlight
        + (holding == null ? 0 : holding.count())
        + (refused == null ? 0 : refused.count());
  }

  /** The shared connection for the session's state; null if it has to wait for one. */
  @Nullable SharedBackend backend() {
    SharedBackend current = shared;
    if (current != null && (current.isUsable() || (inFlight > 0 && current.takesFromWaiting()))) {
      return current;
    }
    if (inFlight > 0) {
      return null; // What is awaited there must come before what is sent elsewhere.
    }
    Spread spread = context.spread();
    current =
        reading && spread != null
            ? spread.replicas().choose(session.key(), policy(spread), wroteNanos)
            : null;
    if (current == null) {
      current = session.pool().shared(session.key());
    }
    shared = current;
    if (current != null) {
      session.locked(current.isLocked());
    }
    return current;
  }

  /** Where the session's reads go, and what they find. */
  ReadPolicy policy(Spread spread) {
    return chosen == null ? spread.policy() : chosen;
  }

  /**
   * The session chose another way for its reads; null for its listener's. Nothing is outstanding.
   */
  void readsBy(@Nullable ReadPolicy policy) {
    chosen = policy;
    leaveBackend();
  }

  /** The session's state changed: another connection is the right one. */
  void leaveBackend() {
    shared = null;
  }

  /** The time at which a command arrives that is looked at now. */
  long arrivedNanos() {
    return context.loop().turn().nowNanos();
  }

  /** The next commands are reads, or are not; nothing is outstanding. */
  void turn(boolean toReads) {
    reading = toReads;
    shared = null;
  }

  /** Whether the last commands were reads that may go to a replica. */
  boolean isReading() {
    return reading;
  }

  /** A command that may have written was answered, or may have been executed. */
  void wrote() {
    if (context.spread() != null) {
      wroteNanos = context.loop().nanoTime().getAsLong();
    }
  }

  /** Whether a part of a reply was written and its end was not. */
  boolean isInsideReply() {
    return pieceBytes > 0;
  }

  /** The server's number of the connection, or -1. */
  long connection() {
    return shared == null ? -1 : shared.backend().connectionId();
  }

  /**
   * Sends one whole command, or lets it wait; takes the bytes over.
   *
   * @param mix what it is: see {@link io.understudy.proxy.route.CommandClass}
   */
  void sendAlone(ByteBuf command, int mix) {
    SharedBackend backend = isHolding() ? null : backend();
    if (backend == null) {
      holding().hold(command, 1, mix);
      return;
    }
    backend.submit(
        this, command, command.readerIndex(), command.readableBytes(), 1, mix, arrivedNanos());
    command.release();
    sent(1, true);
  }

  /** Asks the server about a command that the proxy answers; nothing else is outstanding. */
  void ask(Request request) {
    if (reading) {
      turn(false);
    }
    if (!isHolding()) {
      backend(); // The question names the connection that it is asked on.
    }
    ClientQuestion question = ClientQuestion.of(session, request);
    asking = new Asking(request, question, new StringBuilder());
    sendAlone(
        Requests.of(question.command().toArray(String[]::new)),
        context.conducts().mixOf(request.command()));
  }

  /** Ends the asking; false if there was none. */
  private boolean endAsking(ByteBuf bytes, int from, int length, boolean last) {
    Asking asked = asking;
    if (asked == null) {
      return false;
    }
    asked.said().append(bytes.toString(from, length, StandardCharsets.ISO_8859_1));
    if (last) {
      asking = null;
      session.specials().answered(asked.request(), asked.question(), asked.said().toString());
    }
    return true;
  }

  /** The question was not answered but by an error, which the client has. */
  void forgetAsking() {
    if (asking != null) {
      asking.request().release();
      asking = null;
    }
  }

  /**
   * So many more commands are on their way.
   *
   * @param mayWrite whether one of them may change data
   */
  void sent(int count, boolean mayWrite) {
    inFlight += count;
    if (mayWrite) {
      unconfirmed = inFlight;
    }
  }

  /** So many of the commands in flight are so no longer; says who confirms them, if need be. */
  private @Nullable Confirmer landed(int count) {
    inFlight -= count;
    Confirmer by = unconfirmed > 0 ? session.pool().confirmer() : null;
    unconfirmed = Math.max(0, unconfirmed - count);
    return by;
  }

  /**
   * Sends what waits; returns how many commands that was, or -1 if replies are still awaited on
   * another connection, which must come first.
   */
  int sendHeld(SharedBackend backend) {
    if (inFlight > 0 && shared != null && shared != backend) {
      return -1;
    }
    shared = backend;
    int count = holding().send(backend, this);
    sent(count, true);
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
    forgetAsking();
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
    Confirmer by = landed(count);
    if (!reading) {
      wrote();
    }
    if (session.isClosed()) {
      return;
    }
    if (asking != null && endAsking(bytes, from, length, true)) {
      return;
    }
    if (refused != null) {
      refused.other(bytes, from, length, count);
      endRefused();
    } else {
      session.output().add(session, by, bytes, from, length);
    }
    context.counters().add(Counters.Count.REPLIES, count);
    session.touch();
  }

  @Override
  public void failed(String error) {
    if (asking == null) {
      context.counters().errors().add(error);
    }
  }

  @Override
  public boolean measured(long tookNanos, int count, int mix) {
    Counters counters = context.counters();
    counters.answered(tookNanos, count, mix);
    if (tookNanos < context.loop().limits().observing().slowNanos()) {
      return false;
    }
    counters.add(Counters.Count.SLOW, 1);
    return asking == null && counters.slow().isDue(context.loop().turn().nowNanos());
  }

  @Override
  public void slow(ByteBuf run, int count, long tookNanos) {
    session.noteSlow(Excerpt.of(run, run.readerIndex(), run.writerIndex()), count, tookNanos);
  }

  @Override
  public boolean wantsLarge() {
    return asking == null && session.pool().keys().takesBig(context.loop().turn().nowNanos());
  }

  @Override
  public void large(ByteBuf command, long replyBytes) {
    Excerpt excerpt = Excerpt.of(command, command.readerIndex(), command.writerIndex());
    session.noteLarge(excerpt, replyBytes, true);
  }

  @Override
  public void piece(ByteBuf bytes, int from, int length, boolean last) {
    pieceBytes += length;
    if (pieceBytes > context.loop().limits().heavyReplyBytes()) {
      session.specials().heavy();
    }
    Confirmer by = unconfirmed > 0 ? session.pool().confirmer() : null;
    if (last) {
      landed(1);
      pieceBytes = 0;
      wrote();
    }
    if (session.isClosed()) {
      return;
    }
    if (asking != null && endAsking(bytes, from, length, last)) {
      return;
    }
    giveUpRefused();
    session.output().addPiece(session, by, bytes, from, length, last);
    session.flushOutput();
    session.touch();
  }

  @Override
  public void refused(
      @Nullable ByteBuf request, long arrivedNanos, ByteBuf reply, int from, int length) {
    landed(1);
    if (session.isClosed()) {
      if (request != null) {
        request.release();
      }
      return;
    }
    Refused all = refused;
    if (all == null) {
      all = new Refused(context.loop().allocator(), arrivedNanos);
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
      all.giveUp(session);
    } else {
      int count = all.count();
      all.release();
      context.counters().add(Counters.Count.RESENT, count);
      holding().again(again, count, all.arrivedNanos());
    }
  }

  private void giveUpRefused() {
    if (refused != null) {
      refused.giveUp(session);
      refused = null;
    }
  }

  @Override
  public void unanswered(int count, boolean insideReply) {
    landed(count);
    pieceBytes = 0;
    if (session.isClosed()) {
      return;
    }
    context.counters().add(Counters.Count.UNKNOWN, count);
    wrote();
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
  public void unsent(ByteBuf requests, int count, long arrivedNanos) {
    landed(count);
    if (session.isClosed() || count == 0) {
      requests.release();
      return;
    }
    context.counters().add(Counters.Count.RESENT, count);
    giveUpRefused();
    holding().later(requests, count, arrivedNanos);
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
