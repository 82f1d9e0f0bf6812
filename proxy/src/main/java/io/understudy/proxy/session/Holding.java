package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.ReplyTarget;
import io.understudy.proxy.backend.SharedBackend;
import io.understudy.proxy.session.Held.Batch;
import java.time.Duration;

/**
 * What one session does with its commands while they cannot be sent: it keeps them within the
 * limits, sends them in order when there is a primary, and answers those whose time is over.
 */
final class Holding {
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
   */
  void hold(ByteBuf bytes, int count) {
    if (held.isEmpty() && !context.budget().allows(count, bytes.capacity())) {
      bytes.release();
      answer(count, Answers.holdIsFull(session.group(), session.pool().reason()));
      return;
    }
    context.counters().add(Counters.Count.HELD, count);
    boolean first = held.isEmpty();
    held.add(batch(bytes, count, session.sharedLink().deadlineNanos()));
    if (first) {
      session.pool().await(session);
    }
  }

  /**
   * Keeps commands that were sent and certainly not executed, before those that came later; the
   * time they have waited already counts.
   */
  void again(ByteBuf bytes, int count, long deadlineNanos) {
    boolean first = held.isEmpty();
    held.addFirst(batch(bytes, count, deadlineNanos));
    if (first) {
      session.pool().await(session);
    }
  }

  /** Keeps commands that never left, behind those of the same connection that are kept already. */
  void later(ByteBuf bytes, int count, long deadlineNanos) {
    boolean first = held.isEmpty();
    held.addUnsent(batch(bytes, count, deadlineNanos));
    if (first) {
      session.pool().await(session);
    }
  }

  private Batch batch(ByteBuf bytes, int count, long deadlineNanos) {
    context.budget().add(count, bytes.capacity());
    return new Batch(bytes, count, deadlineNanos);
  }

  private Batch take() {
    Batch batch = held.take();
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
          batch.deadlineNanos());
      bytes.release();
      count += batch.count();
    }
    return count;
  }

  /** Answers the commands whose time is over; returns whether others still wait. */
  boolean expire(long nowNanos, String reason) {
    while (!held.isEmpty() && nowNanos - held.deadlineNanos() >= 0) {
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
