package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.proxy.observe.Excerpt;
import io.understudy.proxy.observe.KeySamples;
import io.understudy.proxy.route.CommandClass;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What is awaited over a session's own connection, in order: since when, and how each command
 * begins, for those who ask what was slow or large. Belongs to one event loop.
 */
final class PinnedTimes {
  /** So much of a command is kept until it is answered: its name, and mostly its key. */
  private static final int HEAD_BYTES = 160;

  private static final byte[] NO_HEAD = new byte[0];

  private final Session session;
  private final ArrayDeque<Awaited> awaited = new ArrayDeque<>(2);
  private long replyBytes;

  /** One command; without a class it is the proxy's own, which is not measured. */
  private static final class Awaited {
    private static final Awaited OWN = new Awaited(null, NO_HEAD, 0);

    private final @Nullable CommandClass of;
    private final byte[] head;
    private final long arrivedNanos;

    private Awaited(@Nullable CommandClass of, byte[] head, long arrivedNanos) {
      this.of = of;
      this.head = head;
      this.arrivedNanos = arrivedNanos;
    }

    private Excerpt excerpt() {
      return Excerpt.of(Unpooled.wrappedBuffer(head), 0, head.length);
    }
  }

  PinnedTimes(Session session) {
    this.session = session;
  }

  /** A command of the proxy's own is awaited. */
  void addOwn() {
    awaited.add(Awaited.OWN);
  }

  /** A whole command is awaited. */
  void add(Request request) {
    ByteBuf bytes = request.bytes();
    int length = bytes.readableBytes();
    CommandClass of = session.context().conducts().classOf(request.command());
    // How long it blocks is for its client to say: nobody asks for it.
    byte[] head = of == CommandClass.BLOCKING ? NO_HEAD : new byte[Math.min(HEAD_BYTES, length)];
    bytes.getBytes(bytes.readerIndex(), head);
    awaited.add(new Awaited(of, head, request.arrivedNanos()));
    KeySamples keys = session.pool().keys();
    long nowNanos = session.context().loop().turn().nowNanos();
    if (keys.isDue(nowNanos)) {
      int perSecond = session.context().loop().limits().observing().samplesPerSecond();
      int from = bytes.readerIndex();
      int database = session.key().database();
      keys.sample(bytes, from, from + length, 1, database, nowNanos, perSecond);
    }
    if (length >= KeySamples.BIG_BYTES) {
      large(awaited.getLast(), length, false);
    }
  }

  /** A command is awaited that is passed on as it comes. */
  void add(Streamed command) {
    awaited.add(new Awaited(command.commandClass(), command.head(), command.arrivedNanos()));
  }

  /** All of the newest command was passed on. */
  void streamed(long length) {
    if (!awaited.isEmpty()) {
      large(awaited.getLast(), length, false);
    }
  }

  /** A part of a reply came whose end has not. */
  void piece(int length) {
    replyBytes += length;
  }

  /**
   * The first is answered.
   *
   * @param lastBytes the length of the reply, or of its last piece
   */
  void answered(int lastBytes) {
    long length = replyBytes + lastBytes;
    replyBytes = 0;
    Awaited first = awaited.poll();
    if (first == null || first.of == null) {
      return;
    }
    SessionContext context = session.context();
    Counters counters = context.counters();
    long nowNanos = context.loop().turn().nowNanos();
    long tookNanos = nowNanos - first.arrivedNanos;
    counters.times(first.of).record(tookNanos, 1);
    if (first.head.length > 0 && tookNanos >= context.loop().limits().observing().slowNanos()) {
      counters.add(Counters.Count.SLOW, 1);
      if (counters.slow().isDue(nowNanos)) {
        session.noteSlow(first.excerpt(), 1, tookNanos);
      }
    }
    if (length >= KeySamples.BIG_BYTES) {
      large(first, length, true);
    }
  }

  private void large(Awaited command, long length, boolean reply) {
    long nowNanos = session.context().loop().turn().nowNanos();
    if (command.head.length > 0 && session.pool().keys().takesBig(nowNanos)) {
      session.noteLarge(command.excerpt(), length, reply);
    }
  }
}
