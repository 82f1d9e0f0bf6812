package io.understudy.proxy.session;

import io.understudy.proxy.backend.Backend;
import io.understudy.proxy.route.Bindings;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.Division;
import io.understudy.proxy.route.Writes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one session does with commands that break a run: it waits until all before them is answered,
 * then answers them itself or moves to a connection of its own; and what it does when that
 * connection is lost.
 */
final class Specials {
  /** How many commands of a session go apart after it got a reply that was very long. */
  private static final int APART_COMMANDS = 64;

  private final Session session;
  private final Muting muting;
  private int heavyCommands;
  private boolean watchLost;
  private boolean opensTransaction;
  private int turn;
  private boolean holds;
  private long heldNanos;

  Specials(Session session) {
    this.session = session;
    this.muting = session.muting();
  }

  // ---- from the shared connection to one of its own

  /** Takes a command that may not stand in a run. */
  void take(Request request) {
    if (session.mode() instanceof Mode.Broken(String queued, String executed)) {
      answerBroken(request, queued, executed);
    } else if (session.mode() instanceof Mode.Undecided) {
      decide(request);
    } else if (session.outstanding() == 0) {
      begin(request);
    } else {
      session.mode(new Mode.Drain(request));
    }
  }

  /** Takes a command whose end has not come and that is too large to wait for. */
  void takeStream(Streamed command) {
    if (session.outstanding() == 0) {
      acquire(new Mode.AcquireForStream(command));
    } else {
      session.mode(new Mode.DrainForStream(command));
    }
  }

  /** Goes on if what had to be answered first is answered. */
  void drained() {
    Mode mode = session.mode();
    if (mode instanceof Mode.Run || session.outstanding() > 0) {
      return;
    }
    switch (mode) {
      case Mode.Drain(Request next) -> {
        session.mode(Mode.Run.MODE);
        begin(next);
      }
      case Mode.DrainForStream(Streamed command) -> acquire(new Mode.AcquireForStream(command));
      case Mode.Ask ask -> {
        session.sharedLink().forgetAsking();
        session.mode(Mode.Run.MODE);
        muting.end();
      }
      case Mode.Skip skip -> {
        session.mode(Mode.Run.MODE);
        muting.end();
      }
      case Mode.Ending(String lastWords) when !lastWords.isEmpty() -> {
        session.output().mute(false);
        session.output().add(lastWords);
        session.mode(new Mode.Ending(""));
      }
      case Mode.Ending ending -> {}
      case Mode.Run run -> {}
      case Mode.Acquire acquire -> {}
      case Mode.AcquireForStream acquire -> {}
      case Mode.Restore restore -> {}
      case Mode.Pinned pinned -> {}
      case Mode.Raw raw -> {}
      case Mode.Broken broken -> {}
      case Mode.Discard discard -> {}
      case Mode.Undecided undecided -> {}
      case Mode.Gather gather -> {}
    }
  }

  /** Finds the group of a command; false if the command is dealt with. */
  private boolean routes(Router router, Request request) {
    if (request.command().name().equals("multi") && !isLocked()) {
      session.output().add(Answers.OK);
      session.mode(new Mode.Undecided());
      request.release();
      return false;
    }
    switch (router.divide(request)) {
      case Division.Whole(String group) -> {
        router.go(group);
        return true;
      }
      case Division.Parts parts when isToConfirm(request, router, parts) -> {
        muting.start();
        session.output().add(Answers.UNCONFIRMABLE);
        muting.end();
      }
      case Division.Parts parts when request.conduct() == Conduct.PLAIN -> {
        muting.start();
        Scatter scatter =
            new Scatter(session, parts, mixOf(request), request.arrivedNanos(), turn++);
        session.mode(new Mode.Gather(scatter));
        scatter.begin(router);
      }
      case Division.Parts parts -> {
        router.go(router.routes().usual());
        return true;
      }
      case Division.Refused refused -> {
        muting.start();
        session.output().add(Answers.serverError(Division.CROSSSLOT));
        muting.end();
      }
    }
    request.release();
    session.touch();
    return false;
  }

  /** Whether several groups would have to confirm one answer. */
  private static boolean isToConfirm(Request request, Router router, Division.Parts parts) {
    return Writes.STANDARD.mayWrite(request.command())
        && parts.parts().stream().anyMatch(p -> router.pool(p.group()).confirmer() != null);
  }

  private boolean isLocked() {
    return session.key().credentials().isNone() && session.pool().isLocked();
  }

  /** All groups have answered. */
  void gathered(Scatter scatter, String reply) {
    if (session.mode() instanceof Mode.Gather(Scatter current) && current == scatter) {
      session.output().add(reply);
      session.context().counters().add(Counters.Count.REPLIES, 1);
      muting.end();
      session.mode(Mode.Run.MODE);
      session.touch();
    }
  }

  /** A command behind a MULTI that was not sent: the first that says where it goes. */
  private void decide(Request request) {
    Router router = session.router();
    Guard guard = session.guard();
    if (guard != null && refuseQueued(guard, request)) {
      return;
    }
    switch (request.command().name()) {
      case "discard" -> {
        session.output().add(Answers.OK);
        session.mode(Mode.Run.MODE);
      }
      case "reset", "quit" -> {
        session.mode(Mode.Run.MODE);
        begin(request);
        return;
      }
      case "multi" -> session.output().add(Answers.error("MULTI calls can not be nested"));
      case "watch" -> session.output().add(Answers.error("WATCH inside MULTI is not allowed"));
      default -> {
        if (router != null && router.divide(request) instanceof Division.Whole(String group)) {
          router.go(group);
        } else if (router != null && router.isElsewhere(request, true)) {
          session.output().add(Answers.serverError(Division.CROSSSLOT));
          session.mode(Mode.Broken.ABORTED);
          break;
        }
        opensTransaction = true;
        acquire(new Mode.Acquire(request));
        return;
      }
    }
    request.release();
    session.touch();
  }

  private int mixOf(Request request) {
    return session.context().conducts().mixOf(request.command());
  }

  /** Whether a command may not stand in the transaction that it would begin. */
  private boolean refuseQueued(Guard guard, Request request) {
    String refusal = guard.refusalInMulti(request);
    if (refusal == null) {
      return false;
    }
    session.context().counters().add(Counters.Count.DENIED, 1);
    session.output().add(refusal);
    session.mode(Mode.Broken.ABORTED);
    request.release();
    session.touch();
    return true;
  }

  private void begin(Request request) {
    heavyCommands = Math.max(0, heavyCommands - 1);
    Guard guard = session.guard();
    if (guard == null) {
      go(request);
      return;
    }
    Request passed = guard.isOwn(request) ? guard.take(request, null) : request;
    if (passed != null && isAllowed(guard, passed)) {
      go(passed);
    }
  }

  /** Whether the client's user may run a command; if not, it is answered. */
  private boolean isAllowed(Guard guard, Request request) {
    String refusal = guard.refusal(request, false);
    if (refusal != null) {
      session.context().counters().add(Counters.Count.DENIED, 1);
      say(refusal);
      request.release();
    }
    return refusal == null;
  }

  /** Gives the proxy's own answer to the command that is due. */
  void say(String reply) {
    muting.start();
    session.output().add(reply);
    muting.end();
    session.touch();
  }

  private void go(Request request) {
    Router router = session.router();
    if (router != null && !routes(router, request)) {
      return;
    }
    switch (request.conduct()) {
      case CLIENT_OWN -> {
        muting.start();
        session.mode(Mode.Ask.MODE);
        session.sharedLink().ask(request);
      }
      case CLIENT_REPLY, CLIENT_NOTICES, CONSISTENCY, QUIT -> answer(request);
      case PLAIN -> {
        boolean spreads = session.context().spread() != null;
        boolean examined = spreads || router != null || session.guard() != null;
        if (isApart() || !examined) {
          acquire(new Mode.Acquire(request));
        } else {
          muting.start();
          if (spreads) {
            session.sharedLink().turn(Spread.READS.isRead(request.command()));
          }
          session.sharedLink().sendAlone(request.bytes(), mixOf(request));
        }
      }
      case SCRIPT,
          SCRIPT_KILL,
          TRANSACTION,
          BLOCKING,
          WAIT,
          PUBSUB,
          MONITOR,
          REPLICATION,
          BINDING,
          SELECT,
          HELLO,
          AUTH,
          RESET,
          CLIENT_TRACKING,
          CLIENT_FLAG ->
          acquire(new Mode.Acquire(request));
    }
  }

  private void acquire(Mode mode) {
    session.mode(mode);
    holds = !session.pool().isServing();
    if (holds) {
      heldNanos = session.context().loop().turn().nowNanos();
      session.context().counters().add(Counters.Count.HELD, 1);
    }
    session.pool().await(session);
  }

  /** The session has a connection of its own. */
  void granted(Backend backend) {
    endHold();
    Mode before = session.mode();
    PinnedLink link = new PinnedLink(session, backend);
    session.mode(new Mode.Pinned(link));
    if (watchLost) {
      link.state().doom();
    }
    switch (before) {
      case Mode.Acquire(Request next) -> {
        if (next.conduct() == Conduct.WAIT) {
          // WAIT speaks of what its connection wrote; PING makes that all that was written before.
          link.sendOwn(new Expected.Own(0), "PING");
        }
        if (opensTransaction) {
          opensTransaction = false;
          link.sendOwn(new Expected.Transaction(Expected.Step.OPENED), "MULTI");
        }
        link.take(next);
      }
      case Mode.AcquireForStream(Streamed command) -> {
        link.streamBegin(command);
        session.streamCarried(link);
      }
      case Mode.Restore(Restoration what) -> link.restore(what);
      case Mode.Run mode -> throw unexpected(before);
      case Mode.Drain mode -> throw unexpected(before);
      case Mode.DrainForStream mode -> throw unexpected(before);
      case Mode.Skip mode -> throw unexpected(before);
      case Mode.Ask mode -> throw unexpected(before);
      case Mode.Pinned mode -> throw unexpected(before);
      case Mode.Raw mode -> throw unexpected(before);
      case Mode.Broken mode -> throw unexpected(before);
      case Mode.Discard mode -> throw unexpected(before);
      case Mode.Undecided mode -> throw unexpected(before);
      case Mode.Gather mode -> throw unexpected(before);
      case Mode.Ending mode -> throw unexpected(before);
    }
  }

  /** Gets a connection of its own, if the session is in no other mode at this moment. */
  void bindForPushes() {
    boolean nobody = session.guard() != null && session.guard().isNobody();
    boolean idle = session.mode() instanceof Mode.Run && session.outstanding() == 0;
    if (idle && !nobody && !session.isClosed()) {
      acquire(
          new Mode.Restore(
              new Restoration(
                  Bindings.FREE.withFlags(), new Subscriptions(), List.of(), List.of())));
    }
  }

  private static IllegalStateException unexpected(Mode mode) {
    return new IllegalStateException("a connection was granted to a session in " + mode);
  }

  /** Whether the command still waits; if its time is over, it gets an error. */
  boolean expire(long nowNanos, String reason) {
    long holdNanos = session.context().loop().limits().hold().toNanos();
    boolean over =
        switch (session.mode()) {
          case Mode.Acquire(Request next) -> nowNanos - next.arrivedNanos() >= holdNanos;
          case Mode.AcquireForStream(Streamed command) ->
              nowNanos - command.arrivedNanos() >= holdNanos;
          default -> false;
        };
    if (over) {
      session.context().counters().add(Counters.Count.EXPIRED, 1);
      giveUp(session.holding().unavailable(reason));
    }
    return !over;
  }

  /** The connection that was waited for is there, or is waited for no more. */
  private void endHold() {
    if (holds) {
      holds = false;
      SessionContext context = session.context();
      context.counters().holds().record(context.loop().turn().nowNanos() - heldNanos, 1);
    }
  }

  /** Answers the command that waits for a connection with an error. */
  void giveUp(String error) {
    endHold();
    switch (session.mode()) {
      case Mode.Acquire(Request next) -> {
        next.release();
        session.output().add(error);
        session.mode(opensTransaction ? Mode.Broken.LOST : Mode.Run.MODE);
        opensTransaction = false;
      }
      case Mode.AcquireForStream(Streamed command) -> {
        session.output().add(error);
        session.mode(new Mode.Discard());
      }
      case Mode.Restore restore -> session.mode(new Mode.Ending(""));
      default -> {}
    }
  }

  // ---- what the proxy answers itself

  /** Answers a command that is the proxy's own affair; everything before it is answered. */
  void answer(Request request) {
    if (request.conduct() == Conduct.QUIT) {
      end(Answers.OK);
    } else if (request.conduct() == Conduct.CONSISTENCY) {
      boolean locked = isLocked();
      session.output().add(ReadChoice.answer(session, request.arguments(), isQueueing(), locked));
    } else if (request.conduct() == Conduct.CLIENT_NOTICES) {
      session.output().add(session.notices().answer(request.arguments(), isQueueing()));
    } else {
      muting.answer(request.arguments());
    }
    request.release();
    session.touch();
  }

  /** Answers a command about which the server was asked. */
  void answered(Request request, ClientQuestion question, String said) {
    ClientCommands.answer(session, request, question, said);
    request.release();
    session.touch();
  }

  private boolean isQueueing() {
    return session.mode() instanceof Mode.Pinned(PinnedLink link) && link.isInTransaction();
  }

  /** Answers what is outstanding, says the last words and closes. */
  void end(String lastWords) {
    if (session.mode() instanceof Mode.Pinned(PinnedLink link)) {
      link.endWith(lastWords);
    } else {
      session.mode(new Mode.Ending(lastWords));
    }
    session.touch();
  }

  /** The client broke the protocol: what came before is answered, then the error, then the end. */
  void protocolError(String error) {
    session.context().counters().add(Counters.Count.PROTOCOL_ERRORS, 1);
    end(Answers.error(error));
  }

  /** RESET was accepted. */
  void reset() {
    watchLost = false;
    session.sharedLink().readsBy(null);
    session.endNotices();
    session.client().name("");
    if (session.guard() != null) {
      session.guard().reset();
    }
    muting.reset();
  }

  /** The watched keys are forgotten: by EXEC, DISCARD, UNWATCH. */
  void forgetWatch() {
    watchLost = false;
  }

  // ---- when the session's own connection is lost

  /**
   * Answers everything that was awaited, and goes where the session can go on.
   *
   * @param awaited in order
   * @param insideReply whether the first was answered in part
   * @param streaming whether the last was not sent to its end
   * @param barrier a command that waited for quiet; may be null
   * @param lastWords what was to be said before closing; may be null
   */
  void lost(
      PinnedLink link,
      List<Expected> awaited,
      boolean insideReply,
      boolean streaming,
      @Nullable Request barrier,
      @Nullable String lastWords) {
    PinnedState state = link.state();
    List<Session> trackers = session.client().takeBorrowers();
    if (insideReply || state.bindings().foreign()) {
      Loss.release(awaited, barrier);
      session.mode(new Mode.Ending(""));
      session.close();
      return;
    }
    boolean transaction = link.isInTransaction();
    if (Loss.unconfirmed(awaited).isEmpty()) {
      transaction = Loss.answer(session, awaited, transaction);
    }
    watchLost |= Loss.losesWatch(state.bindings(), awaited);
    Restoration restoration = state.restoration(awaited);
    if (restoration.bindings().tracking()) {
      Redirection.forget(session, Redirection.idIn(restoration.settings()));
    }
    if (lastWords != null) {
      session.mode(new Mode.Ending(lastWords));
    } else if (transaction) {
      session.mode(Mode.Broken.LOST);
    } else if (streaming) {
      session.mode(new Mode.Discard());
    } else if (!restoration.isEmpty()) {
      acquire(new Mode.Restore(restoration));
    } else {
      session.mode(Mode.Run.MODE);
    }
    Redirection.targetLost(session, trackers);
    muting.end();
    if (barrier != null) {
      again(barrier);
    }
    session.touch();
  }

  private void again(Request barrier) {
    Guard guard = session.guard();
    if (session.mode() instanceof Mode.Run) {
      take(barrier);
    } else if (guard != null && guard.isOwn(barrier)) {
      // What it would change is about to be set up again.
      session.output().add(Answers.UNKNOWN_OUTCOME);
      barrier.release();
    } else {
      answer(barrier);
    }
  }

  /** A command of a transaction that was lost before its EXEC. */
  private void answerBroken(Request request, String queued, String executed) {
    String name = request.command().name();
    switch (name) {
      case "discard" -> {
        session.output().add(Answers.OK);
        session.mode(Mode.Run.MODE);
      }
      case "exec" -> {
        session.output().add(executed);
        session.mode(Mode.Run.MODE);
      }
      case "reset", "quit" -> {
        session.mode(Mode.Run.MODE);
        begin(request);
        return;
      }
      default -> session.output().add(queued);
    }
    request.release();
    session.touch();
  }

  /** A reply was too long for a shared connection: the next commands go apart. */
  void heavy() {
    heavyCommands = APART_COMMANDS;
  }

  /** Whether the next command goes apart although it binds nothing. */
  boolean isApart() {
    SessionContext context = session.context();
    return heavyCommands > 0
        || context.registry().isPaused(session.group(), context.loop().nanoTime());
  }
}
