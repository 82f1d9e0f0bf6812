package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.ReplyTarget;
import io.understudy.proxy.backend.SharedBackend;
import io.understudy.proxy.session.Held.Batch;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.time.Duration;

/**
 * What one session does with its commands while they cannot be sent: it keeps them within the
 * limits, sends them in order when there is a primary, and answers those whose time is over.
 */
final class Holding {
  /** What was forwarded once was within the server's limits. */
  private static final RequestLimits ANY = new RequestLimits(Long.MAX_VALUE, Integer.MAX_VALUE);

  private final Session session;
  private final SessionContext context;
  private final Held held = new Held();

  Holding(Session session) {
    this.session = session;
    this.context = session.context();
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  int count() {
    return held.count();
  }

  /** Whether the session holds so much that it should not be read any more. */
  boolean isFull() {
    return held.bytes() > context.loop().limits().streamedRequestBytes();
  }

  /**
   * Keeps commands that just arrived, or answers them with an error if too many wait already.
   *
   * @param bytes whole commands; this takes them over
   * @param mix what they are: see {@link io.understudy.proxy.route.CommandClass}
   */
  void hold(ByteBuf bytes, int count, int mix) {
    if (held.isEmpty() && !context.budget().allows(count, bytes.capacity())) {
      bytes.release();
      answer(count, Answers.holdIsFull(session.group(), session.pool().reason()));
      return;
    }
    context.counters().add(Counters.Count.HELD, count);
    boolean first = held.isEmpty();
    held.add(batch(bytes, count, mix, session.sharedLink().arrivedNanos()));
    if (first) {
      session.pool().await(session);
    }
  }

  /**
   * Keeps commands that were sent and certainly not executed, before those that came later; the
   * time they have waited already counts.
   */
  void again(ByteBuf bytes, int count, long arrivedNanos) {
    boolean first = held.isEmpty();
    held.addFirst(batch(bytes, count, mixOf(bytes), arrivedNanos));
    if (first) {
      session.pool().await(session);
    }
  }

  /** Keeps commands that never left, behind those of the same connection that are kept already. */
  void later(ByteBuf bytes, int count, long arrivedNanos) {
    boolean first = held.isEmpty();
    held.addUnsent(batch(bytes, count, mixOf(bytes), arrivedNanos));
    if (first) {
      session.pool().await(session);
    }
  }

  private Batch batch(ByteBuf bytes, int count, int mix, long arrivedNanos) {
    context.budget().add(count, bytes.capacity());
    return new Batch(bytes, count, mix, arrivedNanos, context.loop().nanoTime().getAsLong());
  }

  /** What commands are that were sent before and come back. */
  private int mixOf(ByteBuf commands) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(commands, commands.readerIndex(), commands.writerIndex());
    int mix = 0;
    while (scanner.next() == RequestScanner.Event.COMMAND) {
      mix += context.conducts().mixOf(scanner.command());
    }
    return mix;
  }

  private Batch take() {
    Batch batch = held.take();
    long heldNanos = context.loop().nanoTime().getAsLong() - batch.heldNanos();
    context.counters().holds().record(heldNanos, batch.count());
    context.budget().add(-batch.count(), -batch.bytes().capacity());
    return batch;
  }

  /** Sends all; returns how many commands that were. */
  int send(SharedBackend backend, ReplyTarget target) {
    int count = 0;
    while (!held.isEmpty()) {
      Batch batch = take();
      ByteBuf bytes = batch.bytes();
      backend.submit(
          target,
          bytes,
          bytes.readerIndex(),
          bytes.readableBytes(),
          batch.count(),
          batch.mix(),
          batch.arrivedNanos());
      bytes.release();
      count += batch.count();
    }
    return count;
  }

  /** Answers the commands whose time is over; returns whether others still wait. */
  boolean expire(long nowNanos, String reason) {
    long holdNanos = context.loop().limits().hold().toNanos();
    while (!held.isEmpty() && nowNanos - held.arrivedNanos() >= holdNanos) {
      Batch batch = take();
      batch.bytes().release();
      context.counters().add(Counters.Count.EXPIRED, batch.count());
      answer(batch.count(), unavailable(reason));
    }
    return !held.isEmpty();
  }

  /** The answer to a command that waited in vain. */
  String unavailable(String reason) {
    return Answers.unavailable(session.group(), waited(), reason);
  }

  /** How long a command may wait, in words. */
  String waited() {
    Duration hold = context.loop().limits().hold();
    return hold.toMillis() % 1000 == 0 ? hold.toSeconds() + " s" : hold.toMillis() + " ms";
  }

  /** Answers every waiting command with one error. */
  void giveUp(String error) {
    while (!held.isEmpty()) {
      Batch batch = take();
      batch.bytes().release();
      answer(batch.count(), error);
    }
  }

  private void answer(int count, String error) {
    for (int i = 0; i < count; i++) {
      session.output().add(error);
    }
    session.touch();
  }

  /** The client is gone. */
  void release() {
    while (!held.isEmpty()) {
      take().bytes().release();
    }
  }
}
