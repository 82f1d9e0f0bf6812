package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Backend;
import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.backend.ReplyTarget;
import io.understudy.proxy.backend.Requests;
import io.understudy.proxy.backend.SharedBackend;
import io.understudy.proxy.backend.Waiter;
import io.understudy.proxy.route.Division;
import io.understudy.proxy.route.PoolKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command of a session that several groups answer: its parts are under way at the same time,
 * and their answers become one. It is not atomic, as nothing over several servers is.
 */
final class Scatter {
  private final Session session;
  private final Division.Parts what;
  private final int mix;
  private final long arrivedNanos;
  private final int turn;
  private final List<Share> shares = new ArrayList<>();
  private int left;

  /**
   * Prepares one; {@link #begin} begins.
   *
   * @param mix what it is: see {@link io.understudy.proxy.route.CommandClass}
   * @param arrivedNanos when it arrived
   * @param turn any number
   */
  Scatter(Session session, Division.Parts what, int mix, long arrivedNanos, int turn) {
    this.mix = mix;
    this.arrivedNanos = arrivedNanos;
    this.session = session;
    this.what = what;
    this.turn = turn;
    for (Division.Part part : what.parts()) {
      shares.add(new Share(part));
    }
    left = shares.size();
  }

  void begin(Router router) {
    for (Share share : shares) {
      share.begin(router.pool(share.part.group()));
    }
  }

  /** The client is gone. */
  void abandon() {
    shares.forEach(Share::abandon);
  }

  private void answered() {
    if (--left == 0) {
      List<String> replies = shares.stream().map(share -> share.reply).toList();
      int groups = session.destinationCount();
      String whole = what.merging().merge(what.parts(), replies, groups, turn);
      SessionContext context = session.context();
      context.counters().answered(context.loop().turn().nowNanos() - arrivedNanos, 1, mix);
      session.specials().gathered(this, whole);
    }
  }

  /** What one group is asked, and what it answers. */
  private final class Share implements ReplyTarget, Waiter {
    private final Division.Part part;
    private final StringBuilder pieces = new StringBuilder();
    private @Nullable BackendPool pool;
    private String reply = "";

    Share(Division.Part part) {
      this.part = part;
    }

    void begin(BackendPool to) {
      pool = to;
      SharedBackend backend = to.isServing() ? to.shared(session.key()) : null;
      if (backend == null) {
        to.await(this);
      } else {
        send(backend);
      }
    }

    private void send(SharedBackend backend) {
      ByteBuf bytes = Requests.of(part.arguments().toArray(String[]::new));
      backend.submit(this, bytes, 0, bytes.readableBytes(), 1, mix, arrivedNanos);
      bytes.release();
    }

    void abandon() {
      if (pool != null) {
        pool.leave(this);
      }
    }

    private void end(String with) {
      reply = with;
      answered();
    }

    private void again() {
      if (pool != null && !session.isClosed()) {
        pool.await(this);
      }
    }

    // ---- waiting for a connection

    @Override
    public PoolKey wanted() {
      return session.key();
    }

    @Override
    public boolean isExclusive() {
      return false;
    }

    @Override
    public int granted(SharedBackend backend) {
      send(backend);
      return 1;
    }

    @Override
    public void granted(Backend backend) {
      throw new IllegalStateException("a part of a command wants no connection of its own");
    }

    @Override
    public void denied(String error) {
      end(Answers.serverError(error));
    }

    @Override
    public boolean expire(long nowNanos, String reason) {
      long holdNanos = session.context().loop().limits().hold().toNanos();
      boolean over = nowNanos - arrivedNanos >= holdNanos;
      if (over) {
        session.context().counters().add(Counters.Count.EXPIRED, 1);
        end(Answers.unavailable(part.group(), session.holding().waited(), reason));
      }
      return !over;
    }

    // ---- what the node answers

    @Override
    public void replies(ByteBuf bytes, int from, int length, int count) {
      end(bytes.toString(from, length, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void piece(ByteBuf bytes, int from, int length, boolean last) {
      if (pieces.length() + length <= session.context().loop().limits().clientBytes()) {
        pieces.append(bytes.toString(from, length, StandardCharsets.ISO_8859_1));
      } else {
        pieces.setLength(0);
        pieces.append(Answers.error("the answers of several groups are too long for one"));
      }
      if (last) {
        end(pieces.toString());
      }
    }

    @Override
    public void refused(
        @Nullable ByteBuf request, long arrived, ByteBuf refusal, int from, int length) {
      if (request != null) {
        request.release();
      }
      again();
    }

    @Override
    public void unanswered(int count, boolean insideReply) {
      session.context().counters().add(Counters.Count.UNKNOWN, 1);
      end(Answers.UNKNOWN_OUTCOME);
    }

    @Override
    public void unsent(ByteBuf requests, int count, long arrived) {
      requests.release();
      if (count > 0) {
        again();
      }
    }

    @Override
    public boolean isReceptive() {
      return true;
    }

    @Override
    public void resume() {}
  }
}
