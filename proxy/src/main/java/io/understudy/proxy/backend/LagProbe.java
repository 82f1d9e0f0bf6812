package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.route.Freshness;
import io.understudy.proxy.route.OffsetHistory;
import io.understudy.proxy.route.PoolKey;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures how far each replica of one group is: it asks the primary and every replica for their
 * replication offsets, at a fixed pace, on one event loop.
 *
 * <p>A replica whose offset has reached what the primary's was at some moment has everything that
 * the primary had then. A node that does not answer is not asked again before it does, and ages.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer of the loop fails only with the loop
public final class LagProbe {
  private static final long PACE_MS = 50;

  private final Loop loop;
  private final BackendPool primary;
  private final Replicas replicas;
  private final Supplier<Access> access;
  private final Measured measured;
  private final OffsetHistory history = new OffsetHistory();
  private final Map<RunId, Question> open = new HashMap<>();
  private @Nullable RunId reigning;
  private boolean closed;

  /**
   * Prepares to measure; {@link #begin} begins.
   *
   * @param access as whom it asks
   */
  public LagProbe(
      Loop loop,
      BackendPool primary,
      Replicas replicas,
      Supplier<Access> access,
      Measured measured) {
    this.loop = loop;
    this.primary = primary;
    this.replicas = replicas;
    this.access = access;
    this.measured = measured;
  }

  /** Begins to ask. On the loop. */
  public void begin() {
    ask();
    if (!closed) {
      loop.events().schedule(this::begin, PACE_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Asks no more. On the loop. */
  public void close() {
    closed = true;
  }

  private void ask() {
    primary.node().ifPresent(node -> ask(node, primary, true));
    for (Replicas.Follower follower : replicas.followers()) {
      ask(follower.node(), follower.pool(), false);
    }
  }

  private void ask(Node node, BackendPool pool, boolean isPrimary) {
    if (isPrimary && !node.runId().equals(reigning)) {
      if (reigning != null) {
        measured.forget(reigning);
      }
      reigning = node.runId();
      history.clear();
    }
    PoolKey key = PoolKey.FRESH.withCredentials(access.get().credentials());
    SharedBackend backend = pool.shared(key);
    if (backend == null) {
      pool.prepare(key);
    } else if (!open.containsKey(node.runId())) {
      Question question = new Question(node.runId(), isPrimary, loop.nanoTime().getAsLong());
      open.put(node.runId(), question);
      ByteBuf bytes = Requests.of("INFO", "replication");
      backend.submit(question, bytes, 0, bytes.readableBytes(), 1, 0, question.askedNanos);
      bytes.release();
    }
  }

  /** One INFO that is not answered yet. */
  private final class Question implements ReplyTarget {
    private final RunId run;
    private final boolean toPrimary;
    private final long askedNanos;

    Question(RunId run, boolean toPrimary, long askedNanos) {
      this.run = run;
      this.toPrimary = toPrimary;
      this.askedNanos = askedNanos;
    }

    @Override
    public void replies(ByteBuf bytes, int from, int length, int count) {
      open.remove(run);
      String info = bytes.toString(from, length, StandardCharsets.US_ASCII);
      long now = loop.nanoTime().getAsLong();
      long roundTrip = now - askedNanos;
      if (toPrimary && run.equals(reigning)) {
        long offset = number(info, "master_repl_offset:");
        if (offset >= 0) {
          history.add(askedNanos, offset);
          measured.put(run, new Freshness(askedNanos, 0, roundTrip, now));
        }
        return;
      }
      long offset =
          info.contains("master_link_status:up") ? number(info, "slave_repl_offset:") : -1;
      if (offset < 0) {
        measured.forget(run);
      } else {
        long lag = Math.max(0, history.newest() - offset);
        measured.put(run, new Freshness(history.momentOf(offset), lag, roundTrip, now));
      }
    }

    private static long number(String info, String field) {
      int at = info.indexOf(field);
      int end = at < 0 ? -1 : info.indexOf('\r', at);
      String digits = end < 0 ? "" : info.substring(at + field.length(), end);
      return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : -1;
    }

    private void failed() {
      open.remove(run);
      measured.forget(run);
    }

    @Override
    public void piece(ByteBuf bytes, int from, int length, boolean last) {
      if (last) {
        failed();
      }
    }

    @Override
    public void refused(
        @Nullable ByteBuf request, long arrivedNanos, ByteBuf reply, int from, int length) {
      if (request != null) {
        request.release();
      }
      failed();
    }

    @Override
    public void unanswered(int count, boolean insideReply) {
      failed();
    }

    @Override
    public void unsent(ByteBuf requests, int count, long arrivedNanos) {
      requests.release();
      failed();
    }

    @Override
    public boolean isReceptive() {
      return true;
    }

    @Override
    public void resume() {}
  }
}
