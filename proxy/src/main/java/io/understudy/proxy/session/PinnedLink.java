package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Backend;
import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.backend.Confirmer;
import io.understudy.proxy.backend.Receiver;
import io.understudy.proxy.backend.Requests;
import io.understudy.proxy.route.Bindings.Transaction;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.Division;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session and the connection that is its own for a while: because a command binds state to the
 * connection, blocks it, or is too large for a shared one.
 *
 * <p>Commands are not rare enough here to be slow, but each is looked at: what it changes is known
 * when its reply comes. When nothing is awaited and nothing binds, the connection is given back.
 */
final class PinnedLink implements Receiver, PinnedReplies.Sink {
  /** Commands on their way; a client that sends more is not read. */
  private static final int MOST_AWAITED = 1_024;

  private final Session session;
  private final Backend backend;
  private final BackendPool pool;
  private final PinnedReplies replies = new PinnedReplies(this);
  private final ArrayDeque<Expected> awaited = new ArrayDeque<>();
  private final Confirmations confirmations = new Confirmations();
  private final PinnedTimes times;
  private final PinnedState state;
  private final AwaitedTarget target;
  private final Repeatable repeatable;
  private @Nullable Request barrier;
  private @Nullable String lastWords;
  private @Nullable Request present;
  private boolean streaming;
  private boolean alone;
  private boolean abandoned;
  private final StringBuilder said = new StringBuilder();

  PinnedLink(Session session, Backend backend) {
    this.session = session;
    this.backend = backend;
    this.pool = session.pool();
    this.times = new PinnedTimes(session);
    this.state = new PinnedState(session, backend);
    this.target = new AwaitedTarget(session, state);
    this.repeatable = new Repeatable(session.context().loop().limits().streamedRequestBytes());
    backend.receiver(this);
  }

  PinnedState state() {
    return state;
  }

  /** Sets up again all that an earlier connection had. */
  void restore(Restoration what) {
    target.restore(what, () -> abandoned || what.send(this));
  }

  // ---- what the session asks

  /** Whether a command is being passed on in pieces. */
  boolean isStreaming() {
    return streaming;
  }

  /** Whether a part of a reply was written and its end was not. */
  boolean isInsideReply() {
    return replies.isInsideReply();
  }

  /** Whether nothing is awaited. */
  boolean isQuiet() {
    return awaited.isEmpty() && !streaming;
  }

  @Override
  public boolean isAwaiting() {
    if (abandoned || isEndless() || session.mode() instanceof Mode.Raw) {
      return false;
    }
    return !isQuiet() || isInTransaction();
  }

  /** Whether it may go on for ever without the client saying anything: then its leaving ends it. */
  boolean isEndless() {
    return state.bindings().listens() || awaited.peek() instanceof Expected.Blocking;
  }

  /** Whether the next command may be taken. */
  boolean takesCommands() {
    if ((alone && !streaming)
        || target.isAwaited()
        || barrier != null
        || lastWords != null
        || awaited.size() >= MOST_AWAITED) {
      return false;
    }
    if (!goesOn()) {
      // What was sent may be answered; the rest goes over the next connection.
      if (isQuiet()) {
        backend.close();
      }
      return false;
    }
    return backend.isWritable();
  }

  /** Takes a whole command. */
  void take(Request request) {
    boolean queueing = state.isQueueing(awaited);
    Guard guard = session.guard();
    if (guard != null && guard.isOwn(request) && !queueing) {
      takeWhenQuiet(request);
      return;
    }
    String refusal = guard == null ? null : guard.denial(request, queueing);
    if (refusal != null) {
      refuse(request, refusal);
    } else if (state.waitsForQuiet(request, awaited)) {
      takeWhenQuiet(request);
    } else if (isElsewhere(request, queueing)) {
      if (queueing) {
        refuse(request, Answers.serverError(Division.CROSSSLOT));
      } else {
        takeWhenQuiet(request);
      }
    } else if (request.conduct() == Conduct.CLIENT_TRACKING && !queueing) {
      target.await(List.of(request.arguments()), () -> redirected(request));
    } else {
      forward(request);
    }
  }

  private void takeWhenQuiet(Request request) {
    barrier = request;
    settle();
    endOutdated();
  }

  private boolean isElsewhere(Request request, boolean bound) {
    Router router = session.router();
    return router != null && router.isElsewhere(request, bound);
  }

  /** Nothing is awaited: a command that may belong to another group goes there, if it can. */
  private void detour(Request request) {
    boolean free = state.bindings().isFree();
    if (!isElsewhere(request, !free)) {
      forward(request);
    } else if (free) {
      unpin();
      session.specials().take(request);
    } else {
      refuse(request, Answers.serverError(Division.CROSSSLOT));
    }
  }

  /** Another command is sent in the place of one that may not be run here. */
  private void refuse(Request request, String error) {
    request.release();
    repeatable.drop();
    skip();
    // In a transaction it must fail there too, so that EXEC does.
    String harmless = state.isQueueing(awaited) ? "CROSSSLOT" : "PING";
    sendOwn(new Expected.Refused(error), harmless);
  }

  /** Nothing is awaited: a command that says who the client is. */
  private void login(Guard guard, Request request) {
    if (state.bindings().isFree()) {
      unpin();
      session.specials().take(request);
    } else if (state.bindings().subscriptions() > 0 && session.key().protocol() == 2) {
      session.specials().say(Answers.onlyInSubscribedMode(request.name()));
      request.release();
    } else {
      Request rest = guard.take(request, backend.key());
      if (rest != null) {
        forward(rest);
      }
    }
  }

  /** The client that a command names has a connection of its own, or is not waited for. */
  private void redirected(Request request) {
    if (abandoned) {
      session.output().add(Answers.UNKNOWN_OUTCOME);
      request.release();
    } else {
      forward(request);
    }
    session.touch();
  }

  /** The next command is alone, if its reply is not passed on. */
  private void skip() {
    if (session.muting().isSkipping()) {
      session.muting().start();
      alone = true;
    }
  }

  private void forward(Request request) {
    repeatable.drop();
    skip();
    if (request.conduct() == Conduct.RESET && session.guard() != null) {
      alone = true; // Behind it the client is somebody else.
    }
    Expected expected = state.expectedOf(request, awaited);
    alone |= state.mayMute(expected, awaited);
    present = request;
    switch (expected) {
      case Expected.Transaction(Expected.Step step) when step == Expected.Step.DOOMED_EXEC ->
          sendOwn(expected, "DISCARD");
      case Expected.Hello hello when !hello.name().isEmpty() ->
          sendOwn(expected, PinnedState.withoutName(request.arguments()));
      case Expected.Muted muted -> sendOwn(expected, "CLIENT", "REPLY", "ON");
      case Expected.Asked(Request asked, ClientQuestion question) ->
          sendOwn(expected, question.command().toArray(String[]::new));
      case Expected.Setting setting when Redirection.isIn(request.arguments()) ->
          sendOwn(expected, asConnection(request.arguments()));
      default -> send(request.bytes(), expected);
    }
    present = null;
    if (expected instanceof Expected.Foreign && PinnedState.isReplication(request)) {
      session.client().becomesReplica();
      session.mode(new Mode.Raw(this));
    } else if (expected instanceof Expected.Foreign && state.isQueuedSubscription(request)) {
      // In RESP3 its confirmations stand inside EXEC's array, and are pushes: nobody can count
      // them.
      session.mode(new Mode.Raw(this));
    }
    boolean standsAlone = awaited.size() == 1 && !alone && state.bindings().isFree();
    boolean kept = standsAlone && repeatable.keep(request, expected);
    if (!kept && !(expected instanceof Expected.Setting || expected instanceof Expected.Asked)) {
      request.release();
    }
  }

  /** The node is a replica now and has not executed the command: it waits for the next primary. */
  private void again(Request request) {
    session.context().counters().add(Counters.Count.RESENT, 1);
    leave();
    session.mode(Mode.Run.MODE);
    session.specials().take(request);
    session.touch();
  }

  private void send(ByteBuf bytes, Expected expected) {
    backend.forgetSent(); // What is sent again after a loss is kept elsewhere.
    backend.send(bytes, bytes.readerIndex(), bytes.readableBytes());
    awaited.add(expected);
    if (present == null) {
      times.addOwn();
    } else {
      times.add(present);
    }
  }

  /** Sends a command of the proxy's own. */
  void sendOwn(Expected expected, String... command) {
    ByteBuf bytes = Requests.of(command);
    send(bytes, expected);
    bytes.release();
  }

  /** Sets up again what an earlier connection had. */
  void sendSetting(String... setting) {
    sendOwn(new Expected.Own(0), asConnection(List.of(setting)));
  }

  private String[] asConnection(List<String> setting) {
    return Redirection.toConnection(session, state.node(), setting).toArray(String[]::new);
  }

  /** Whether the node takes what is sent. */
  boolean keepsUp() {
    return backend.isWritable() || backend.isClosed();
  }

  /** A command begins that is passed on as it comes. */
  void streamBegin(Streamed command) {
    skip();
    streaming = true;
    times.add(command);
    awaited.add(
        command.conduct() == Conduct.BINDING ? new Expected.Foreign() : new Expected.Plain(true));
  }

  /** Passes on a piece of it. */
  void stream(ByteBuf bytes, int from, int length) {
    backend.send(bytes, from, length);
    backend.sendNow();
  }

  /** Passes on its last piece. */
  void streamEnd(ByteBuf bytes, int from, int length, long commandBytes) {
    streaming = false;
    times.streamed(commandBytes);
    backend.send(bytes, from, length);
  }

  /** Says the last words when everything is answered, and closes. */
  void endWith(String words) {
    lastWords = words;
    if (isQuiet() || isEndless()) {
      finish();
    }
  }

  private void finish() {
    String words = lastWords;
    if (words != null) {
      leave();
      session.mode(new Mode.Ending(words));
      session.touch();
    }
  }

  /** The client is gone: nothing may be popped for nobody. */
  void abandon() {
    abandoned = true;
    if (barrier != null) {
      barrier.release();
      barrier = null;
    }
    leave();
  }

  private void leave() {
    abandoned = true;
    repeatable.drop();
    state.release();
    backend.close();
  }

  /** The client reads again. */
  void receptive() {
    backend.reading(true);
  }

  // ---- what the node answers

  @Override
  public void received(Backend from, ByteBuf bytes) {
    session.sharedLink().wrote();
    if (!backend.reign().isCurrent()) {
      backend.close();
      return;
    }
    session.context().loop().turn().laterNanos(); // One time for all that this read answers.
    pool.answered();
    backend.forgetSent();
    if (session.mode() instanceof Mode.Raw) {
      session.output().addOutOfBand(bytes, bytes.readerIndex(), bytes.readableBytes());
      session.flushOutput();
      backend.reading(session.isReceptive());
      return;
    }
    replies.received(bytes);
    if (!abandoned) {
      session.touch();
      // What nobody asked for is taken off the server: who does not read it is closed, as there.
      if (!session.isReceptive() && !(state.bindings().sendsUnasked() && isQuiet())) {
        backend.reading(false);
      }
      settle();
      endOutdated();
    }
  }

  @Override
  public void push(ByteBuf bytes, int from, int to) {
    if (abandoned) {
      return;
    }
    List<String> kind = Peek.elements(bytes, from, to, 2);
    if (kind.size() == 2 && Subscriptions.isConfirmation(kind.getFirst())) {
      confirmed(kind.getFirst(), kind.getLast(), bytes, from, to);
    } else {
      Redirection.push(session, state.redirected(), kind, bytes, from, to);
    }
  }

  @Override
  public void reply(ByteBuf bytes, int from, int to) {
    if (abandoned) {
      return;
    }
    if (state.isMonitorLine(bytes, from, to)) {
      if (!state.isOwnQuestion(bytes, from, to)) {
        session.output().addOutOfBand(bytes, from, to - from);
      }
      return;
    }
    boolean subscribing =
        state.bindings().subscriptions() > 0 || awaited.peek() instanceof Expected.Subscription;
    if (subscribing && PinnedReplies.isMessage(bytes, from, to)) {
      session.output().addOutOfBand(bytes, from, to - from);
      return;
    }
    if (awaited.peek() instanceof Expected.Subscription
        || (awaited.peek() instanceof Expected.Own(int confirmations) && confirmations > 0)) {
      List<String> kind = Peek.elements(bytes, from, to, 2);
      if (kind.size() == 2 && Subscriptions.isConfirmation(kind.getFirst())) {
        confirmed(kind.getFirst(), kind.getLast(), bytes, from, to);
        return;
      }
    }
    Expected expected = poll(to - from);
    if (expected == null) {
      broken("it answers what it was not asked");
      return;
    }
    confirmations.end();
    Request refused = repeatable.take();
    if (refused != null && Peek.isRefusal(bytes, from, to)) {
      again(refused);
      return;
    }
    if (refused != null) {
      refused.release();
    }
    if (Peek.isError(bytes, from) && !(expected instanceof Expected.Own)) {
      session.context().counters().errors().add(Peek.errorStart(bytes, from, to));
    }
    state.answered(expected, bytes, from, to);
    if (streaming && awaited.isEmpty()) {
      answeredTooSoon();
    }
  }

  private @Nullable Expected poll(int lastBytes) {
    times.answered(lastBytes);
    return awaited.poll();
  }

  /** The server refuses the rest of a command, as one above its proto-max-bulk-len, and closes. */
  private void answeredTooSoon() {
    leave();
    session.mode(new Mode.Ending(""));
    session.touch();
  }

  private void confirmed(String kind, String name, ByteBuf bytes, int from, int to) {
    boolean own = awaited.peek() instanceof Expected.Own;
    if (confirmations.isLast(awaited.peek(), state.subscriptions())) {
      poll(0);
    }
    state.confirmed(kind, name);
    if (!own) {
      // Servers send confirmations as they send messages: CLIENT REPLY OFF does not suppress them.
      session.output().addOutOfBand(bytes, from, to - from);
    }
  }

  @Override
  public void piece(ByteBuf bytes, int from, int to, boolean last) {
    if (abandoned) {
      return;
    }
    repeatable.drop();
    if (awaited.peek() instanceof Expected.Asked(Request request, ClientQuestion question)) {
      said.append(bytes.toString(from, to - from, StandardCharsets.ISO_8859_1));
      if (last) {
        poll(0);
        session.specials().answered(request, question, said.toString());
        said.setLength(0);
      }
      return;
    }
    Confirmer by = Expected.isToConfirm(awaited.peek(), "") ? pool.confirmer() : null;
    state.muting().pass(by, bytes, from, to, last);
    if (last) {
      Expected expected = poll(to - from);
      if (expected != null) {
        state.answeredInPieces(expected);
      }
    } else {
      times.piece(to - from);
    }
    session.flushOutput();
  }

  @Override
  public void broken(String how) {
    backend.close();
  }

  /** Gives the connection back, or goes on with what waited for quiet. */
  private void settle() {
    if (!isQuiet() || abandoned || session.isClosed()) {
      return;
    }
    alone = false;
    session.muting().end();
    Request waiting = barrier;
    barrier = null;
    Guard guard = session.guard();
    if (waiting != null && guard != null && guard.isOwn(waiting)) {
      login(guard, waiting);
      return;
    }
    if (waiting != null && !state.waitsForQuiet(waiting, awaited)) {
      detour(waiting);
      return;
    }
    boolean moves = waiting != null && state.unlocks(waiting);
    if (waiting != null && state.isForServer(waiting)) {
      forward(waiting);
      return;
    }
    if (waiting != null && !moves) {
      session.specials().answer(waiting);
    }
    if (lastWords != null) {
      finish();
    } else if (state.bindings().isFree() && isQuiet() && session.mode() instanceof Mode.Pinned) {
      unpin();
    }
    if (waiting != null && moves) {
      session.specials().take(waiting);
    }
  }

  private void unpin() {
    abandoned = true;
    replies.release();
    state.release();
    session.mode(Mode.Run.MODE);
    if (backend.key().equals(session.key()) && !state.isSpoilt()) {
      pool.release(backend);
    } else {
      pool.lost(backend);
      backend.close();
    }
  }

  // ---- the connection

  /** What was set up here is set up anew on another connection, when nothing is under way. */
  void outdated() {
    state.outdated();
    endOutdated();
  }

  private void endOutdated() {
    boolean idle = isQuiet() && barrier == null && !target.isAwaited() && lastWords == null;
    if (idle && !abandoned && state.isOutdated()) {
      backend.close();
    }
  }

  /** Whether the next command may go over it, as soon as those before it are answered. */
  boolean goesOn() {
    return state.mayGoOn(pool.isServing(backend), pool.isRetiring(backend), streaming);
  }

  @Override
  public void writable(Backend ignored) {
    if (!abandoned) {
      session.resume();
    }
  }

  @Override
  public void closed(Backend ignored) {
    pool.lost(backend);
    replies.release();
    repeatable.drop();
    if (abandoned) {
      return;
    }
    abandoned = true;
    if (session.mode() instanceof Mode.Raw) {
      // As when a server closes: what it sent before still arrives.
      session.mode(new Mode.Ending(""));
      session.touch();
      return;
    }
    session.sharedLink().wrote();
    List<Expected> lost = new ArrayList<>(awaited);
    awaited.clear();
    session.specials().lost(this, lost, replies.isInsideReply(), streaming, barrier, lastWords);
  }

  /** Whether a transaction is open. */
  boolean isInTransaction() {
    return state.bindings().transaction() == Transaction.QUEUEING;
  }
}
