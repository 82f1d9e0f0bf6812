package io.understudy.proxy.session;

import io.netty.util.concurrent.Future;
import io.understudy.proxy.route.OutputLimit;
import io.understudy.proxy.route.OutputLimit.Verdict;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What waits for one client to read it, and the end of a client for which that is too much. */
final class Unread {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.proxy");

  private final Session session;
  private final SessionContext context;
  private long bytes;
  private boolean late;
  private boolean closing;
  private long lateSinceNanos;
  private @Nullable Future<?> look;

  Unread(Session session, SessionContext context) {
    this.session = session;
    this.context = context;
  }

  /** Looks at how much waits now, and closes the client if that is too much. */
  void settle() {
    long now = session.output().waitingBytes();
    if (closing || (now == bytes && !late)) {
      return;
    }
    boolean grows = now > bytes;
    context.budget().written(now - bytes);
    bytes = now;
    judge();
    if (grows && !closing && context.budget().isOverWritten()) {
      close("all clients together have more to read than proxy.memory.total", false);
    }
  }

  private void judge() {
    boolean pubsub = session.isSentUnasked();
    OutputLimit.Classes limits = context.loop().limits().output();
    OutputLimit limit = pubsub ? limits.pubsub() : limits.normal();
    long nowNanos = context.loop().nanoTime().getAsLong();
    String name = pubsub ? "pubsub" : "normal";
    Verdict verdict = limit.of(bytes, late ? nowNanos - lateSinceNanos : 0);
    switch (verdict) {
      case FINE -> late = false;
      case LATE -> late(limit, nowNanos);
      case OVER_HARD -> close("that is more than proxy.output." + name + ".hard", pubsub);
      case OVER_SOFT -> close("for too long more than proxy.output." + name + ".soft", pubsub);
    }
  }

  /** It may read a while longer: then it is looked at again, though nothing more is written. */
  private void late(OutputLimit limit, long nowNanos) {
    if (!late) {
      late = true;
      lateSinceNanos = nowNanos;
    }
    if (look == null) {
      long left = Math.max(1, lateSinceNanos + limit.softNanos() - nowNanos);
      look =
          context
              .loop()
              .events()
              .schedule(
                  () -> {
                    look = null;
                    settle();
                  },
                  left,
                  TimeUnit.NANOSECONDS);
    }
  }

  private void close(String why, boolean pubsub) {
    closing = true;
    context.counters().add(Counters.Count.OVER_LIMIT, 1);
    if (pubsub) {
      context.counters().add(Counters.Count.PUBSUB_OVER_LIMIT, 1);
    }
    LOG.warn(
        "client {} of {} is closed: {} bytes wait for it to read, {}",
        session.client().address(),
        context.group(),
        bytes,
        why);
    session.close();
  }

  /** The client is gone. */
  void release() {
    context.budget().written(-bytes);
    bytes = 0;
    late = false;
    if (look != null) {
      look.cancel(false);
      look = null;
    }
  }
}
