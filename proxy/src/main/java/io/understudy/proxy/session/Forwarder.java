package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.SharedBackend;
import io.understudy.proxy.observe.Excerpt;
import io.understudy.proxy.observe.KeySamples;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.Conducts;
import io.understudy.proxy.route.Limits;
import io.understudy.proxy.route.Writes;
import io.understudy.wire.command.Command;
import io.understudy.wire.scan.RequestScanner;
import io.understudy.wire.scan.RequestScanner.Event;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes a client's bytes apart: plain commands leave in runs over the shared connection, all of one
 * read as one piece; the first that needs something else breaks the run.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer of the loop fails only with the loop
final class Forwarder {
  /** Soon, but a task that is due at once would run before the loop looks for other events. */
  private static final long NEXT_TURN_NANOS = 1_000;

  private final Session session;
  private final RequestScanner scanner;
  private final Input input;
  private final SharedLink shared;
  private final Limits limits;
  private final Conducts conducts;
  private final boolean spreads;
  private final @Nullable Router router;
  private final @Nullable Guard guard;
  private boolean advancing;
  private boolean backendIsSlow;
  private boolean turnAsked;
  private Command lastCommand = Command.UNKNOWN;

  /** Whether a command of the run that is being scanned may change data. */
  private boolean mayWrite;

  Forwarder(Session session, RequestScanner scanner, Input input) {
    this.session = session;
    this.scanner = scanner;
    this.input = input;
    this.shared = session.sharedLink();
    this.limits = session.context().loop().limits();
    this.conducts = session.context().conducts();
    this.spreads = session.context().spread() != null;
    this.router = session.router();
    this.guard = session.guard();
  }

  /** Goes on as far as mode and limits allow. */
  void advance() {
    if (advancing || session.isClosed()) {
      return;
    }
    advancing = true;
    int budget = limits.commandsPerTurn();
    while (budget > 0 && !isThrottled() && session.mode().isScanning() && input.hasBytes()) {
      Mode mode = session.mode();
      if (mode instanceof Mode.Run) {
        int most = Math.min(budget, limits.commandsInFlight() - session.outstanding());
        budget -= run(session.muting().isSkipping() ? 1 : most);
      } else if (mode instanceof Mode.Pinned(PinnedLink link)) {
        if (!link.takesCommands()) {
          break;
        }
        budget -= pinned(link, budget);
      } else if (mode instanceof Mode.Broken || mode instanceof Mode.Undecided) {
        broken();
        budget--;
      } else {
        discard();
      }
    }
    advancing = false;
    if (session.mode() instanceof Mode.Raw(PinnedLink link)) {
      input.passOnAll(link);
    }
    if (budget <= 0 && !input.isEmpty()) {
      askForTurn();
    }
    settleReading();
  }

  /** The present turn's share is used up: others first. */
  private void askForTurn() {
    if (!turnAsked) {
      turnAsked = true;
      session
          .context()
          .loop()
          .events()
          .schedule(
              () -> {
                turnAsked = false;
                session.touch();
              },
              NEXT_TURN_NANOS,
              TimeUnit.NANOSECONDS);
    }
  }

  private boolean isThrottled() {
    return backendIsSlow || session.outstanding() >= limits.commandsInFlight();
  }

  /** Reads from the client only while there is room for what comes. */
  void settleReading() {
    boolean room =
        input.isEmpty()
            && session.outstanding() < limits.commandsInFlight()
            && session.isReceptive()
            && !shared.isFull()
            && !isPinnedSlow();
    session.reading(room);
  }

  private boolean isPinnedSlow() {
    return switch (session.mode()) {
      case Mode.Pinned(PinnedLink link) -> !link.keepsUp();
      case Mode.Raw(PinnedLink link) -> !link.keepsUp();
      default -> false;
    };
  }

  /** The name of the command that was scanned last; NULL if there was none. */
  String lastCommand() {
    return lastCommand.isUnknown() ? "NULL" : lastCommand.name();
  }

  /** The backend takes more again. */
  void resume() {
    backendIsSlow = false;
  }

  /** Forwards plain commands; returns how many commands were dealt with, at least 1. */
  private int run(int budget) {
    boolean apart = session.specials().isApart();
    int count = 0;
    int mix = 0;
    while (true) {
      switch (scanner.next()) {
        case COMMAND -> {
          Conduct conduct = conducts.of(scanner.command());
          if (conduct != Conduct.PLAIN
              || apart
              || (spreads && turns(count))
              || (router != null && !stays(router, count))
              || (guard != null && !guard.passes(scanner, input))) {
            send(count, mix, commandStart(count));
            special(conduct);
            return count + 1;
          }
          lastCommand = scanner.command();
          mayWrite |= Writes.STANDARD.mayWrite(lastCommand);
          int same = 1;
          if (router == null && (guard == null || guard.isDecidedByName(lastCommand))) {
            // More of the same; with routes, each command's keys say where it goes.
            same += scanner.repeats(budget - count - 1);
          }
          count += same;
          mix += same * conducts.mixOf(lastCommand);
          if (count >= budget) {
            send(count, mix, scanner.end());
            return count;
          }
        }
        case INLINE -> {
          send(count, mix, commandStart(count));
          inline();
          return count + 1;
        }
        case IGNORED -> {
          send(count, mix, commandStart(count));
          skip();
          count = 0;
          mix = 0;
        }
        case PARTIAL -> {
          send(count, mix, commandStart(count));
          partial();
          return count + 1;
        }
        case ERROR -> {
          send(count, mix, commandStart(count));
          protocolError();
          return count + 1;
        }
        case DROP -> {
          session.close();
          return count + 1;
        }
      }
    }
  }

  /**
   * Whether a command goes to another node than those before it that are not answered: a read may
   * not be overtaken by a write, nor a write by a read.
   */
  private boolean turns(int count) {
    boolean read = Spread.READS.isRead(scanner.command());
    if (count == 0 && session.outstanding() == 0) {
      shared.turn(read);
    }
    return read != shared.isReading();
  }

  /** Whether a command goes to the group that those before it went to, and lies in one piece. */
  private boolean stays(Router to, int count) {
    int start = scanner.end() - (int) scanner.length();
    boolean free = count == 0 && session.outstanding() == 0;
    return start >= input.runFrom() && to.stays(scanner.command(), input.buffer(), start, free);
  }

  /** Where the present command begins in the buffer, with {@code count} whole ones before it. */
  private int commandStart(int count) {
    return count == 0
        ? input.runFrom()
        : Math.max(input.runFrom(), scanner.end() - (int) scanner.length());
  }

  /** Sends the run that ends before {@code end}. */
  private void send(int count, int mix, int end) {
    if (count == 0) {
      return;
    }
    session.context().counters().add(Counters.Count.COMMANDS, count);
    ByteBuf carried = input.takeCarried();
    int from = input.runFrom();
    input.consumed(end);
    SharedBackend backend = shared.isHolding() ? null : shared.backend();
    if (backend == null) {
      hold(carried, from, end, count, mix);
      mayWrite = false;
      startSkipping();
      return;
    }
    long arrivedNanos = shared.arrivedNanos();
    if (carried != null) {
      if (count == 1) {
        sampleCarried(carried, carried.readableBytes() + end - from, arrivedNanos);
      }
      backend.submit(
          shared, carried, carried.readerIndex(), carried.readableBytes(), 0, 0, arrivedNanos);
      carried.release();
    } else {
      sample(from, end, count, arrivedNanos);
    }
    backend.submit(shared, input.buffer(), from, end - from, count, mix, arrivedNanos);
    shared.sent(count, mayWrite);
    mayWrite = false;
    startSkipping();
    backendIsSlow = !backend.keepsUp(shared);
  }

  /** Now and then, a run is looked at. */
  private void sample(int from, int end, int count, long nowNanos) {
    KeySamples keys = session.pool().keys();
    int database = session.key().database();
    if (keys.isDue(nowNanos)) {
      int perSecond = limits().observing().samplesPerSecond();
      keys.sample(input.buffer(), from, end, count, database, nowNanos, perSecond);
    }
    if (end - from >= KeySamples.BIG_BYTES && keys.takesBig(nowNanos)) {
      keys.largest(input.buffer(), from, end, count, database, nowNanos);
    }
  }

  /** A command that came in pieces; its key is mostly in the first. */
  private void sampleCarried(ByteBuf carried, int length, long nowNanos) {
    if (length >= KeySamples.BIG_BYTES && session.pool().keys().takesBig(nowNanos)) {
      int begin = carried.readerIndex();
      int behind = Math.min(carried.writerIndex(), begin + Excerpt.MOST_BYTES);
      session.noteLarge(Excerpt.of(carried, begin, behind), length, false);
    }
  }

  private Limits limits() {
    return session.context().loop().limits();
  }

  private void hold(@Nullable ByteBuf carried, int from, int end, int count, int mix) {
    ByteBuf bytes = carried;
    if (bytes == null) {
      bytes = session.context().loop().allocator().directBuffer(end - from);
    }
    bytes.writeBytes(input.buffer(), from, end - from);
    session.holding().hold(bytes, count, mix);
  }

  private void special(Conduct conduct) {
    ByteBuf bytes = input.takeCommand(scanner.end());
    session.context().counters().add(Counters.Count.COMMANDS, 1);
    lastCommand = scanner.command();
    session.specials().take(new Request(lastCommand, conduct, bytes, shared.arrivedNanos()));
  }

  /** Turns a line into the multibulk form and treats it as any other command. */
  private void inline() {
    ByteBuf line = input.takeCommand(scanner.end());
    ByteBuf command = session.context().loop().allocator().directBuffer(line.readableBytes() * 2);
    Event event = scanner.convertInline(line, line.readerIndex(), command);
    line.release();
    switch (event) {
      case COMMAND -> {
        Conduct conduct = conducts.of(scanner.command());
        session.context().counters().add(Counters.Count.COMMANDS, 1);
        lastCommand = scanner.command();
        Mode mode = session.mode();
        if (mode instanceof Mode.Pinned(PinnedLink link)) {
          link.take(new Request(scanner.command(), conduct, command, shared.arrivedNanos()));
        } else if (conduct != Conduct.PLAIN
            || spreads
            || router != null
            || guard != null
            || mode instanceof Mode.Broken) {
          session
              .specials()
              .take(new Request(scanner.command(), conduct, command, shared.arrivedNanos()));
        } else {
          sendInline(command);
        }
      }
      case ERROR -> {
        command.release();
        protocolError();
      }
      case DROP -> {
        command.release();
        session.close();
      }
      case IGNORED, INLINE, PARTIAL -> command.release();
    }
  }

  private void sendInline(ByteBuf command) {
    shared.sendAlone(command, conducts.mixOf(scanner.command()));
    startSkipping();
  }

  private void startSkipping() {
    if (session.muting().isSkipping()) {
      session.muting().start();
      session.mode(new Mode.Skip());
    }
  }

  /** Drops bytes that are no command. */
  private void skip() {
    ByteBuf carried = input.takeCarried();
    if (carried != null) {
      carried.release();
    }
    input.consumed(scanner.end());
  }

  /** The buffer is scanned: what is left of it is kept, or streamed when it is too much to keep. */
  private void partial() {
    boolean large =
        scanner.length() + scanner.bulkRemaining() > limits.streamedRequestBytes()
            && !scanner.isInline()
            && scanner.isNameKnown();
    input.finishBuffer();
    if (large && needsWhole()) {
      keepWhole();
    } else if (large) {
      session.context().counters().add(Counters.Count.COMMANDS, 1);
      lastCommand = scanner.command();
      session.specials().takeStream(streamed());
    }
  }

  /** The command that is to be passed on as it comes. */
  private Streamed streamed() {
    Command command = scanner.command();
    return new Streamed(
        conducts.of(command),
        conducts.classOf(command),
        input.head(Excerpt.MOST_BYTES),
        shared.arrivedNanos());
  }

  /** Whether the end of a command has to be there before its beginning is sent. */
  private boolean needsWhole() {
    boolean decided = guard == null || guard.isDecidedByName(scanner.command());
    return router != null
        || !decided
        || !switch (conducts.of(scanner.command())) {
          case PLAIN, SCRIPT, BLOCKING, REPLICATION, BINDING -> true;
          // What it changes has to be known when its reply comes.
          case SCRIPT_KILL,
              TRANSACTION,
              WAIT,
              PUBSUB,
              MONITOR,
              SELECT,
              HELLO,
              AUTH,
              RESET,
              QUIT,
              CLIENT_REPLY,
              CLIENT_NOTICES,
              CONSISTENCY,
              CLIENT_TRACKING,
              CLIENT_FLAG,
              CLIENT_OWN ->
              false;
        };
  }

  /** What is to be done is known when all of it has come; what is too long to wait for ends. */
  private void keepWhole() {
    if (scanner.length() + scanner.bulkRemaining() > limits.clientBytes()) {
      session.specials().protocolError("Protocol error: too long a command here");
    }
  }

  private void protocolError() {
    session.specials().protocolError(String.valueOf(scanner.error()));
  }

  /** Forwards commands over the session's own connection; returns how many, at least 1. */
  private int pinned(PinnedLink link, int budget) {
    int count = 0;
    while (count < budget
        && session.mode() instanceof Mode.Pinned(PinnedLink current)
        && current == link) {
      if (!link.takesCommands()) {
        return count;
      }
      count++;
      switch (scanner.next()) {
        case COMMAND -> {
          session.context().counters().add(Counters.Count.COMMANDS, link.isStreaming() ? 0 : 1);
          Conduct conduct = conducts.of(scanner.command());
          if (link.isStreaming()) {
            link.streamEnd(
                input.buffer(), input.runFrom(), scanner.end() - input.runFrom(), scanner.length());
            input.consumed(scanner.end());
          } else {
            lastCommand = scanner.command();
            ByteBuf command = input.takeCommand(scanner.end());
            link.take(new Request(scanner.command(), conduct, command, shared.arrivedNanos()));
          }
        }
        case INLINE -> inline();
        case IGNORED -> skip();
        case PARTIAL -> {
          pinnedPartial(link);
          return count;
        }
        case ERROR -> protocolError();
        case DROP -> session.close();
      }
    }
    return count;
  }

  private void pinnedPartial(PinnedLink link) {
    long length = scanner.length();
    if (!link.isStreaming()
        && length + scanner.bulkRemaining() > limits.streamedRequestBytes()
        && !scanner.isInline()
        && needsWhole()) {
      keepWhole();
    } else if (!link.isStreaming()
        && length + scanner.bulkRemaining() > limits.streamedRequestBytes()
        && !scanner.isInline()
        && scanner.isNameKnown()) {
      session.context().counters().add(Counters.Count.COMMANDS, 1);
      lastCommand = scanner.command();
      link.streamBegin(streamed());
    }
    if (link.isStreaming()) {
      streamPieces(link);
    }
    input.finishBuffer();
  }

  /** Passes on what there is of a command whose end has not come. */
  void streamPieces(PinnedLink link) {
    ByteBuf carried = input.takeCarried();
    if (carried != null) {
      link.stream(carried, carried.readerIndex(), carried.readableBytes());
      carried.release();
    }
    int end = scanner.end();
    if (input.isScanning() && end > input.runFrom()) {
      link.stream(input.buffer(), input.runFrom(), end - input.runFrom());
      input.consumed(end);
    }
  }

  /** Takes one command of a transaction that was lost. */
  private void broken() {
    switch (scanner.next()) {
      case COMMAND -> special(conducts.of(scanner.command()));
      case INLINE -> inline();
      case IGNORED -> skip();
      case PARTIAL -> partial();
      case ERROR -> protocolError();
      case DROP -> session.close();
    }
  }

  /** Drops the rest of a command that was answered already. */
  private void discard() {
    switch (scanner.next()) {
      case COMMAND, INLINE, IGNORED -> {
        skip();
        session.mode(Mode.Run.MODE);
      }
      case PARTIAL -> {
        skip();
        input.finishBuffer();
      }
      case ERROR -> protocolError();
      case DROP -> session.close();
    }
  }
}
