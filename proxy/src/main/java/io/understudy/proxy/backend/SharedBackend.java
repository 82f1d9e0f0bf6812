package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.observe.KeySamples;
import io.understudy.wire.scan.ReplyScanner;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection that carries the commands of many sessions, pipelined, and hands every reply to the
 * session it belongs to.
 *
 * <p>A run of commands goes out as one piece of bytes, a run of replies for one session comes back
 * as one. Replies longer than {@link #CARRIED_BYTES} are passed on in pieces. Belongs to one event
 * loop.
 */
@SuppressWarnings("ReferenceEquality") // a target is itself
public final class SharedBackend implements Receiver {
  /** An unfinished reply longer than this is passed on in pieces. */
  private static final int CARRIED_BYTES = 64 * 1024;

  /** What every server answers to a write when it is a replica; a script's error is longer. */
  private static final String READONLY = "READONLY You can't write against a read only replica.";

  /** What a replica answers to a read that another node may answer. */
  private static final List<String> NOT_HERE =
      List.of("READONLY", "LOADING", "MASTERDOWN", "NOPERM", "NOAUTH", "BUSY");

  private final Backend backend;
  private final BackendPool pool;
  private final boolean locked;
  private final PendingReplies pending = new PendingReplies();
  private final ReplyScanner scanner = new ReplyScanner();
  private @Nullable ByteBuf carried;
  private boolean streaming;
  private boolean retired;
  private boolean passed;
  private boolean used = true;
  private @Nullable ReplyTarget pausedFor;
  private final ArrayDeque<ReplyTarget> paused = new ArrayDeque<>();

  /** Takes over a proven connection. */
  SharedBackend(Backend backend, BackendPool pool, boolean locked) {
    this.backend = backend;
    this.pool = pool;
    this.locked = locked;
    backend.receiver(this);
  }

  /** Whether anyone's commands may be submitted. */
  public boolean isUsable() {
    return !passed && takesFromWaiting();
  }

  /**
   * Whether commands of those may be submitted who wait for replies here: elsewhere, later commands
   * could be answered before earlier ones.
   */
  public boolean takesFromWaiting() {
    return !retired && !backend.isClosed() && backend.reign().isCurrent();
  }

  /** Whether the server demands AUTH and this connection gave none. */
  public boolean isLocked() {
    return locked;
  }

  /** The connection. */
  public Backend backend() {
    return backend;
  }

  /** Whether anything was submitted since this was asked last. */
  boolean wasUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  @Override
  public int unanswered() {
    return pending.total();
  }

  /**
   * Sends whole commands.
   *
   * @param source the caller's; a large run is retained, a small one copied
   * @param count how many commands end in these bytes: 0 for the first part of one that lies in two
   *     buffers, whose second part follows at once
   * @param mix what they are: see {@link io.understudy.proxy.route.CommandClass}
   * @param arrivedNanos when they arrived, on the clock of the loop
   */
  public void submit(
      ReplyTarget target,
      ByteBuf source,
      int from,
      int length,
      int count,
      int mix,
      long arrivedNanos) {
    if (pausedFor != null && pausedFor != target) {
      continueReading();
    }
    used = true;
    backend.send(source, from, length);
    pending.add(target, count, mix, backend.outbox().endOffset(), arrivedNanos);
    backend.sent(count);
    backend.loop().turn().carried(count);
  }

  /**
   * Whether the node keeps up; if not, {@link ReplyTarget#resume} tells the target when it does.
   */
  public boolean keepsUp(ReplyTarget target) {
    if (backend.isWritable()) {
      return true;
    }
    paused.add(target);
    return false;
  }

  @Override
  public boolean isAwaiting() {
    return !pending.isEmpty();
  }

  /** Takes no more commands; closes when the last reply has come. */
  public void retire() {
    retired = true;
    closeIfDone();
  }

  private void closeIfDone() {
    if ((retired || passed) && pending.isEmpty()) {
      backend.close();
    }
  }

  /** The target that replies were held back for can take them again. */
  public void receptive(ReplyTarget target) {
    if (pausedFor == target) {
      continueReading();
    }
  }

  private void continueReading() {
    pausedFor = null;
    backend.reading(true);
  }

  @Override
  public void received(Backend from, ByteBuf bytes) {
    if (!backend.reign().isCurrent()) {
      // Another node may be primary by now: what this one answers cannot be called a success.
      backend.close();
      return;
    }
    backend.loop().turn().laterNanos(); // One time for all that is answered with this read.
    pool.answered();
    scanner.feed(bytes, bytes.readerIndex(), bytes.writerIndex());
    scan(bytes);
    backend
        .outbox()
        .answered(pending.isEmpty() ? backend.outbox().endOffset() : pending.headStart());
    closeIfDone();
  }

  private void scan(ByteBuf bytes) {
    int runFrom = bytes.readerIndex();
    int run = 0;
    int head = pending.headCount();
    while (true) {
      switch (scanner.next()) {
        case REPLY -> {
          if (head == 0) {
            broken("it answers what it was not asked");
            return;
          }
          if (carried != null || streaming) {
            finishCarried(bytes, runFrom);
            runFrom = scanner.end();
            head = pending.headCount();
          } else if (scanner.isError() && isRefusal(scanner.errorPrefix())) {
            deliver(bytes, runFrom, scanner.end() - (int) scanner.length(), run);
            refused(bytes, scanner.end() - (int) scanner.length(), scanner.end());
            runFrom = scanner.end();
            run = 0;
            head = pending.headCount();
          } else {
            if (scanner.isError()) {
              pending.headTarget().failed(scanner.errorPrefix());
            }
            run++;
            run += scanner.plainReplies(head - run);
            if (run == head) {
              deliver(bytes, runFrom, scanner.end(), run);
              runFrom = scanner.end();
              run = 0;
              head = pending.headCount();
            }
          }
        }
        case PUSH -> {
          if (scanner.isInsideReply() || carried != null || streaming) {
            broken("it pushes into a reply");
            return;
          }
          deliver(bytes, runFrom, scanner.end() - (int) scanner.pushLength(), run);
          runFrom = scanner.end();
          run = 0;
          head = pending.headCount();
        }
        case PARTIAL -> {
          int begun = (int) Math.min(scanner.length(), scanner.end() - runFrom);
          deliver(bytes, runFrom, scanner.end() - begun, run);
          if (begun > 0) {
            carry(bytes, scanner.end() - begun, begun);
          }
          return;
        }
        case ERROR -> {
          broken("it does not speak RESP: " + scanner.error());
          return;
        }
      }
    }
  }

  /** Whether an error says that the command was not executed, and that another node may do so. */
  private boolean isRefusal(String error) {
    return backend.reign().isPrimary()
        ? error.equals(READONLY)
        : NOT_HERE.stream().anyMatch(word -> error.startsWith(word + " "));
  }

  private void broken(String how) {
    Failures.report("a connection to " + backend.reign().node(), new IOException(how));
    backend.close();
  }

  private void deliver(ByteBuf bytes, int from, int to, int count) {
    if (count > 0) {
      ReplyTarget target = pending.headTarget();
      if (to - from >= KeySamples.BIG_BYTES && target.wantsLarge()) {
        large(target, bytes, from, to, count);
      }
      answered(target, count);
      target.replies(bytes, from, to - from, count);
      restrain(target);
    }
  }

  /** The head's next commands are answered; the last of a run tells how long it took. */
  private void answered(ReplyTarget target, int count) {
    if (count == pending.headCount()) {
      long tookNanos = backend.loop().turn().nowNanos() - pending.headArrivedNanos();
      int all = pending.headAnswered() + count;
      if (target.measured(tookNanos, all, pending.headMix())) {
        ByteBuf run = beginning(0);
        target.slow(run, all, tookNanos);
        run.release();
      }
    }
    pending.answered(count);
    backend.loop().turn().carried(count);
  }

  /** The beginning of one of the head's commands, answered or not. */
  private ByteBuf beginning(int index) {
    return RequestCursor.beginning(
        backend.outbox(),
        backend.loop().allocator(),
        pending.headStart(),
        pending.headEnd(),
        index);
  }

  /** Tells of the largest of the head's next replies. */
  private void large(ReplyTarget target, ByteBuf bytes, int from, int to, int count) {
    ReplyScanner replies = new ReplyScanner();
    replies.feed(bytes, from, to);
    long most = 0;
    int largest = 0;
    for (int i = 0; i < count && replies.next() == ReplyScanner.Event.REPLY; i++) {
      if (replies.length() > most) {
        most = replies.length();
        largest = i;
      }
    }
    large(target, pending.headAnswered() + largest, most);
  }

  private void large(ReplyTarget target, int index, long replyBytes) {
    ByteBuf command = beginning(index);
    if (command.isReadable()) {
      target.large(command, replyBytes);
    }
    command.release();
  }

  /** Stops reading for a target that takes no more, unless others wait behind it. */
  private void restrain(ReplyTarget target) {
    if (!target.isReceptive() && pending.isOnlyFor(target) && !pending.isEmpty()) {
      pausedFor = target;
      backend.reading(false);
    }
  }

  private void refused(ByteBuf bytes, int from, int to) {
    ReplyTarget target = pending.headTarget();
    Outbox outbox = backend.outbox();
    ByteBuf run =
        RequestCursor.copy(
            outbox, backend.loop().allocator(), pending.headStart(), pending.headEnd());
    int first = RequestCursor.offsetOf(run, pending.headAnswered());
    int last = RequestCursor.offsetOf(run, pending.headAnswered() + 1);
    run.setIndex(first, last);
    long arrivedNanos = pending.headArrivedNanos();
    pending.answered(1);
    target.refused(run, arrivedNanos, bytes, from, to - from);
    if (backend.reign().isPrimary() || !scanner.errorPrefix().startsWith("NO")) {
      pool.refusedAsReplica(this);
    }
  }

  /** Keeps or passes on the beginning of a reply whose end has not come. */
  private void carry(ByteBuf bytes, int from, int length) {
    if (pending.isEmpty()) {
      broken("it answers what it was not asked");
      return;
    }
    ReplyTarget target = pending.headTarget();
    if (streaming) {
      target.piece(bytes, from, length, false);
    } else {
      if (carried == null) {
        carried = backend.loop().allocator().buffer(length);
      }
      carried.writeBytes(bytes, from, length);
      if (carried.readableBytes() + scanner.bulkRemaining() > CARRIED_BYTES) {
        streaming = true;
        target.piece(carried, carried.readerIndex(), carried.readableBytes(), false);
        releaseCarried();
      }
    }
    if (scanner.length() + scanner.bulkRemaining() > backend.loop().limits().heavyReplyBytes()) {
      passed = true;
    }
    restrain(target);
  }

  /** The end of a reply whose beginning came in an earlier read. */
  private void finishCarried(ByteBuf bytes, int from) {
    ReplyTarget target = pending.headTarget();
    int length = scanner.end() - from;
    if (streaming) {
      streaming = false;
      if (target.wantsLarge()) {
        large(target, pending.headAnswered(), scanner.length());
      }
      answered(target, 1);
      target.piece(bytes, from, length, true);
      return;
    }
    ByteBuf whole = carried;
    carried = null;
    if (whole != null) {
      whole.writeBytes(bytes, from, length);
      if (scanner.isError() && isRefusal(scanner.errorPrefix())) {
        refused(whole, whole.readerIndex(), whole.writerIndex());
      } else {
        if (scanner.isError()) {
          target.failed(scanner.errorPrefix());
        }
        answered(target, 1);
        target.replies(whole, whole.readerIndex(), whole.readableBytes(), 1);
      }
      whole.release();
    }
  }

  private void releaseCarried() {
    if (carried != null) {
      carried.release();
      carried = null;
    }
  }

  @Override
  public void writable(Backend ignored) {
    for (ReplyTarget target = paused.poll(); target != null; target = paused.poll()) {
      target.resume();
    }
  }

  /** Tells every target what became of its commands, in order. */
  @Override
  public void closed(Backend ignored) {
    retired = true;
    pool.lost(this);
    long sent = backend.outbox().sentOffset();
    boolean insideReply = streaming;
    while (!pending.isEmpty()) {
      settleHead(sent, insideReply);
      insideReply = false;
    }
    releaseCarried();
    writable(backend);
  }

  private void settleHead(long sent, boolean insideReply) {
    ReplyTarget target = pending.headTarget();
    int count = pending.headCount();
    int answered = pending.headAnswered();
    long start = pending.headStart();
    long end = pending.headEnd();
    long arrivedNanos = pending.headArrivedNanos();
    pending.dropHead();
    if (!backend.reign().isPrimary() && !insideReply) {
      // Reads change nothing: they can be asked again elsewhere, whether they were executed or not.
      ByteBuf reads = RequestCursor.copy(backend.outbox(), backend.loop().allocator(), start, end);
      reads.skipBytes(RequestCursor.offsetOf(reads, answered));
      target.unsent(reads, count, arrivedNanos);
      return;
    }
    if (end <= sent) {
      target.unanswered(count, insideReply);
      return;
    }
    ByteBuf run = RequestCursor.copy(backend.outbox(), backend.loop().allocator(), start, end);
    int touched = RequestCursor.countBefore(run, sent - start);
    if (touched > answered) {
      target.unanswered(touched - answered, insideReply);
    }
    run.skipBytes(RequestCursor.offsetOf(run, touched));
    target.unsent(run, count + answered - touched, arrivedNanos);
  }
}
