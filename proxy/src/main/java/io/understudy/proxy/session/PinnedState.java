package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Backend;
import io.understudy.proxy.route.Bindings;
import io.understudy.proxy.route.Bindings.Transaction;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.PoolKey;
import io.understudy.proxy.route.Writes;
import io.understudy.proxy.session.Expected.Step;
import io.understudy.topology.RunId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a session's own connection is bound by, as far as the server's replies say: nothing changes
 * because a command was sent, all because it was answered.
 */
final class PinnedState {
  private static final int MOST_SETTINGS = 64;
  private static final int HEAD_BYTES = 128;

  private final Session session;
  private final Backend backend;
  private final Subscriptions subscriptions = new Subscriptions();
  private final List<String[]> settings = new ArrayList<>();
  private Bindings bindings = Bindings.FREE;
  private boolean doomed;
  private boolean spoilt;
  private boolean outdated;
  private Subscriptions askedAgain = new Subscriptions();
  private boolean resubscribing;
  private @Nullable Restoration pending;
  private final QueuedMuting muting;
  private @Nullable MonitorLines monitorLines;

  PinnedState(Session session, Backend backend) {
    this.session = session;
    this.backend = backend;
    this.muting = new QueuedMuting(session);
    session.client().connection(backend.connectionId(), node());
  }

  Bindings bindings() {
    return bindings;
  }

  /** The run of the server that the connection leads to. */
  RunId node() {
    return backend.reign().node().runId();
  }

  /** What CLIENT REPLY does inside the transaction. */
  QueuedMuting muting() {
    return muting;
  }

  /** Whether what follows a command must wait for its reply, which may suppress theirs. */
  boolean mayMute(Expected expected, Collection<Expected> awaited) {
    return expected instanceof Expected.Transaction(Step step)
        && step == Step.EXEC
        && muting.isOpen(awaited);
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  /** Whether the connection must not be given to another session, whatever its key. */
  boolean isSpoilt() {
    return spoilt;
  }

  /** The next EXEC must not succeed: keys were watched on a primary that is lost. */
  void doom() {
    doomed = true;
  }

  /** Takes over what a lost connection was bound by. */
  void restored(Restoration what) {
    bindings = what.bindings().with(Transaction.NONE).withSubscriptions(0);
    if (bindings.monitor()) {
      monitorLines = new MonitorLines(session.context().loop().greetings());
    }
    settings.addAll(what.settings());
    spoilt = !settings.isEmpty();
    askedAgain = what.subscriptions();
    resubscribing = askedAgain.count() > 0;
    pending = null;
  }

  /** Whether channels of a lost connection were asked for again, and none is confirmed yet. */
  boolean isResubscribing() {
    return resubscribing;
  }

  /** What a lost connection was bound by is about to be set up here. */
  void restoring(Restoration what) {
    pending = what;
  }

  /**
   * What has to be set up on another connection.
   *
   * @param awaited what was asked for and not answered
   */
  Restoration restoration(List<Expected> awaited) {
    if (pending != null) {
      return pending;
    }
    return new Restoration(
        bindings,
        Loss.isResubscribing(awaited) ? subscriptions.and(askedAgain) : subscriptions,
        List.copyOf(settings),
        Loss.unconfirmed(awaited));
  }

  /** Whether commands are queued by MULTI now, or will be when what was sent is answered. */
  boolean isQueueing(Collection<Expected> awaited) {
    boolean queueing = bindings.transaction() == Transaction.QUEUEING;
    for (Expected expected : awaited) {
      if (expected instanceof Expected.Reset) {
        queueing = false;
      } else if (expected instanceof Expected.Transaction(Step step)) {
        queueing =
            switch (step) {
              case MULTI, OPENED -> true;
              case EXEC, DISCARD, DOOMED_EXEC -> false;
              case WATCH, UNWATCH -> queueing;
            };
      }
    }
    return queueing;
  }

  /** CLIENT REPLY and QUIT are the proxy's to answer when all before them is answered. */
  boolean waitsForQuiet(Request request, Collection<Expected> awaited) {
    return switch (request.conduct()) {
      case QUIT, CLIENT_NOTICES, CONSISTENCY -> true;
      case CLIENT_REPLY -> !isQueueing(awaited);
      // An unproven connection must not become one that can do something.
      case HELLO, AUTH -> unlocks(request);
      case PLAIN,
          SCRIPT,
          SCRIPT_KILL,
          TRANSACTION,
          BLOCKING,
          WAIT,
          MONITOR,
          REPLICATION,
          BINDING,
          SELECT,
          RESET,
          CLIENT_TRACKING,
          CLIENT_FLAG,
          CLIENT_OWN ->
          false;
      case PUBSUB -> isQueueing(awaited);
    };
  }

  /** Whether a command subscribes inside MULTI, where pushes become elements of EXEC's array. */
  boolean isQueuedSubscription(Request request) {
    return request.conduct() == Conduct.PUBSUB
        && bindings.transaction() == Transaction.QUEUEING
        && session.key().protocol() == 3;
  }

  /**
   * Whether a command that waited for quiet is for the server nevertheless: a RESP2 client that is
   * subscribed may not say much, and the server tells it so.
   */
  boolean isForServer(Request request) {
    return request.conduct() == Conduct.PUBSUB
        || (bindings.subscriptions() > 0
            && session.key().protocol() == 2
            && request.conduct() == Conduct.CLIENT_REPLY);
  }

  /** Whether a dump without a line end follows, then commands that nobody answers. */
  static boolean isReplication(Request request) {
    return request.command().name().equals("psync") || request.command().name().equals("sync");
  }

  /** Whether a command gives credentials on a connection that was not proven. */
  boolean unlocks(Request request) {
    return backend.isLocked()
        && !target(request, session.key()).credentials().equals(backend.key().credentials());
  }

  /** What the reply to a command will mean. */
  Expected expectedOf(Request request, Collection<Expected> awaited) {
    if (request.conduct() == Conduct.MONITOR) {
      monitorLines = new MonitorLines(session.context().loop().greetings());
    }
    return switch (request.conduct()) {
      case PLAIN, SCRIPT, SCRIPT_KILL -> plain(request, awaited);
      case TRANSACTION -> new Expected.Transaction(step(request));
      case BLOCKING, WAIT -> new Expected.Blocking(Writes.STANDARD.mayWrite(request.command()));
      case PUBSUB ->
          isQueueing(awaited)
              ? new Expected.Foreign()
              : new Expected.Subscription(
                  request.command().name(),
                  request.arguments().subList(1, request.arguments().size()));
      case MONITOR, CLIENT_TRACKING, CLIENT_FLAG ->
          isQueueing(awaited) ? new Expected.Foreign() : new Expected.Setting(request);
      case REPLICATION, BINDING -> new Expected.Foreign();
      case SELECT -> select(request.arguments());
      case HELLO -> hello(request.arguments());
      case AUTH -> auth(request.arguments());
      case RESET -> new Expected.Reset();
      case CLIENT_OWN -> isQueueing(awaited) ? queued(request) : asked(request);
      case CLIENT_REPLY -> isQueueing(awaited) ? muted(request) : new Expected.Plain(false);
      case QUIT, CLIENT_NOTICES, CONSISTENCY -> new Expected.Plain(false);
    };
  }

  /** What is queued, the server answers in its own way with the rest of EXEC. */
  private Expected queued(Request request) {
    if (request.command().name().equals("client|pause")) {
      ClientCommands.pausing(session, request.arguments());
    }
    return new Expected.Plain(false);
  }

  private static Expected muted(Request request) {
    QueuedMuting.Mode mode = QueuedMuting.modeOf(request.arguments());
    return mode == null ? new Expected.Plain(false) : new Expected.Muted(mode);
  }

  private Expected asked(Request request) {
    return new Expected.Asked(request, ClientQuestion.of(session, request));
  }

  private Expected plain(Request request, Collection<Expected> awaited) {
    return switch (request.command().name()) {
      case "exec" ->
          new Expected.Transaction(doomed && isQueueing(awaited) ? Step.DOOMED_EXEC : Step.EXEC);
      case "discard" -> new Expected.Transaction(Step.DISCARD);
      case "unwatch" -> new Expected.Transaction(Step.UNWATCH);
      default -> new Expected.Plain(Writes.STANDARD.mayWrite(request.command()));
    };
  }

  private static Step step(Request request) {
    return request.command().name().equals("multi") ? Step.MULTI : Step.WATCH;
  }

  private static Expected select(List<String> arguments) {
    int database = -1;
    if (arguments.size() == 2 && arguments.getLast().matches("[0-9]{1,9}")) {
      database = Integer.parseInt(arguments.getLast());
    }
    return database < 0 ? new Expected.Plain(false) : new Expected.Select(database);
  }

  private static Expected auth(List<String> arguments) {
    return switch (arguments.size()) {
      case 2 -> new Expected.Auth(new Credentials("", arguments.get(1)));
      case 3 -> new Expected.Auth(new Credentials(arguments.get(1), arguments.get(2)));
      default -> new Expected.Plain(false);
    };
  }

  private static Expected.Hello hello(List<String> arguments) {
    int protocol = 0;
    if (arguments.size() > 1) {
      protocol = arguments.get(1).equals("3") ? 3 : arguments.get(1).equals("2") ? 2 : 0;
    }
    Credentials credentials = Credentials.NONE;
    String name = "";
    int at = 2;
    while (at < arguments.size()) {
      String option = arguments.get(at).toUpperCase(Locale.ROOT);
      if (option.equals("AUTH") && at + 2 < arguments.size()) {
        credentials = new Credentials(arguments.get(at + 1), arguments.get(at + 2));
        at += 3;
      } else if (option.equals("SETNAME") && at + 1 < arguments.size()) {
        name = arguments.get(at + 1);
        at += 2;
      } else {
        break;
      }
    }
    return new Expected.Hello(protocol, credentials, Client.isName(name) ? name : "");
  }

  /** A HELLO without SETNAME: the name is the session's, not the connection's. */
  static String[] withoutName(List<String> hello) {
    List<String> kept = new ArrayList<>();
    int at = 0;
    while (at < hello.size()) {
      if (at > 1 && hello.get(at).equalsIgnoreCase("AUTH") && at + 2 < hello.size()) {
        kept.addAll(hello.subList(at, at + 3));
        at += 3;
      } else if (at > 1 && hello.get(at).equalsIgnoreCase("SETNAME")) {
        at += 2;
      } else {
        kept.add(hello.get(at++));
      }
    }
    return kept.toArray(String[]::new);
  }

  /** The state in which a connection should be that is to carry a command. */
  static PoolKey target(Request request, PoolKey now) {
    return switch (request.conduct()) {
      case SELECT ->
          select(request.arguments()) instanceof Expected.Select(int database)
              ? now.withDatabase(database)
              : now;
      case HELLO -> greeted(now, hello(request.arguments()));
      case AUTH ->
          auth(request.arguments()) instanceof Expected.Auth(Credentials credentials)
              ? now.withCredentials(credentials)
              : now;
      default -> now;
    };
  }

  // ---- what the server answered

  /** A whole reply: passes it on, if it is the client's, and follows what it changed. */
  void answered(Expected expected, ByteBuf bytes, int from, int to) {
    String head = Peek.line(bytes, from, to, HEAD_BYTES);
    boolean failed = head.startsWith("-");
    switch (expected) {
      case Expected.Hello hello when !failed && !head.equals("+QUEUED") -> {
        if (!hello.name().isEmpty()) {
          session.client().name(hello.name());
        }
        changed(greeted(session.key(), hello));
        String reply = bytes.toString(from, to - from, StandardCharsets.ISO_8859_1);
        session.output().add(session.client().withOwnId(reply));
      }
      case Expected.Own own -> {}
      case Expected.Muted(QueuedMuting.Mode mode) when head.equals("+OK") ->
          session.muting().answer(mode); // It was not queued, because MULTI had failed.
      case Expected.Transaction(Step step) when step == Step.EXEC && muting.isOpen(List.of()) ->
          muting.pass(session.pool().confirmer(), bytes, from, to, true);
      case Expected.Refused(String error) -> session.output().add(error);
      case Expected.Transaction(Step step) when step == Step.OPENED -> {
        if (failed) {
          session.close(); // MULTI was answered, and what follows would be executed at once.
        }
      }
      case Expected.Asked(Request request, ClientQuestion question) ->
          session
              .specials()
              .answered(
                  request, question, bytes.toString(from, to - from, StandardCharsets.ISO_8859_1));
      case Expected.Transaction(Step step) when step == Step.DOOMED_EXEC ->
          session.output().add(Answers.nullArray(session.key().protocol()));
      default ->
          session
              .output()
              .add(
                  session,
                  Expected.isToConfirm(expected, head) ? session.pool().confirmer() : null,
                  bytes,
                  from,
                  to - from);
    }
    follow(expected, head, failed);
  }

  /** A reply that was passed on in pieces: of those that change something only EXEC's is long. */
  void answeredInPieces(Expected expected) {
    follow(expected, "*", false);
  }

  private void follow(Expected expected, String head, boolean failed) {
    if (head.equals("+QUEUED")) {
      muting.queued(expected);
    }
    switch (expected) {
      case Expected.Muted muted -> {}
      case Expected.Plain plain -> {}
      case Expected.Blocking blocking -> {}
      case Expected.Own own -> {}
      case Expected.Asked asked -> {}
      case Expected.Refused refused -> {}
      case Expected.Hello hello -> {
        if (head.equals("+QUEUED")) {
          foreign();
        }
      }
      case Expected.Transaction(Step step) -> follow(step, head, failed);
      case Expected.Subscription subscription -> {}
      case Expected.Select(int database) -> {
        if (head.equals("+OK")) {
          changed(session.key().withDatabase(database));
        } else if (head.equals("+QUEUED")) {
          foreign();
        }
      }
      case Expected.Auth(Credentials credentials) -> {
        if (head.equals("+OK")) {
          changed(session.key().withCredentials(credentials));
        } else if (head.equals("+QUEUED")) {
          foreign();
        }
      }
      case Expected.Reset reset -> {
        if (head.equals("+RESET")) {
          reset();
        }
      }
      case Expected.Setting(Request request) -> {
        set(request, failed);
        request.release();
      }
      case Expected.Foreign foreign -> {
        if (!failed) {
          foreign();
        }
      }
    }
  }

  private void follow(Step step, String head, boolean failed) {
    Transaction now = bindings.transaction();
    Transaction next =
        switch (step) {
          case MULTI, OPENED -> failed ? now : Transaction.QUEUEING;
          case WATCH -> failed || now == Transaction.QUEUEING ? now : Transaction.WATCHING;
          case UNWATCH -> failed || now == Transaction.QUEUEING ? now : Transaction.NONE;
          case EXEC, DISCARD, DOOMED_EXEC -> head.startsWith("-ERR") ? now : Transaction.NONE;
        };
    if (step == Step.EXEC) {
      muting.executed(head);
    } else if (next != Transaction.QUEUEING) {
      muting.clear();
    }
    if (next == Transaction.NONE) {
      doomed = false;
      session.specials().forgetWatch();
    }
    bindings = bindings.with(next);
  }

  private static PoolKey greeted(PoolKey before, Expected.Hello hello) {
    PoolKey key = before;
    if (hello.protocol() != 0) {
      key = key.withProtocol(hello.protocol());
    }
    return hello.credentials().isNone() ? key : key.withCredentials(hello.credentials());
  }

  private void changed(PoolKey key) {
    session.key(key);
    backend.key(key);
  }

  private void reset() {
    bindings = Bindings.FREE;
    subscriptions.clear();
    muting.clear();
    settings.clear();
    doomed = false;
    spoilt = false;
    session.specials().reset();
    backend.key(PoolKey.FRESH);
    session.key(session.guard() == null ? PoolKey.FRESH : session.guard().key());
  }

  private void foreign() {
    bindings = bindings.withForeign();
  }

  /** MONITOR or a setting of CLIENT was answered. */
  private void set(Request request, boolean failed) {
    if (failed) {
      return;
    }
    List<String> arguments = request.arguments();
    spoilt = true;
    switch (request.conduct()) {
      case MONITOR -> bindings = bindings.withMonitor();
      case CLIENT_TRACKING -> {
        boolean on = arguments.size() > 2 && arguments.get(2).equalsIgnoreCase("on");
        bindings = bindings.withTracking(on);
        settings.removeIf(setting -> setting.length > 1 && setting[1].equalsIgnoreCase("TRACKING"));
        if (!on) {
          return;
        }
      }
      default -> bindings = bindings.withFlags();
    }
    boolean lasts = arguments.size() < 2 || !arguments.get(1).equalsIgnoreCase("CACHING");
    if (lasts && settings.size() < MOST_SETTINGS) {
      settings.add(arguments.toArray(String[]::new));
    }
  }

  /** The client that invalidations are redirected to, as this one named it. */
  String redirected() {
    return Redirection.idIn(settings);
  }

  /** Whether a reply is a line of MONITOR. */
  boolean isMonitorLine(ByteBuf bytes, int from, int to) {
    return bindings.monitor() && MonitorLines.isLine(bytes, from, to);
  }

  /** Whether a line of MONITOR shows what the proxy itself asked. */
  boolean isOwnQuestion(ByteBuf bytes, int from, int to) {
    return monitorLines != null && monitorLines.isOwnQuestion(bytes, from, to);
  }

  /** A subscription began or ended. */
  void confirmed(String kind, String name) {
    resubscribing = false;
    subscriptions.confirmed(kind, name);
    bindings = bindings.withSubscriptions(subscriptions.count());
    session.client().subscribed(subscriptions.count() > 0);
  }

  /**
   * Whether another command may go over this connection. What is queued for EXEC lives in it: it
   * may end before a planned change.
   *
   * @param serving whether the node is still the one to ask
   * @param retiring whether another one is about to be
   * @param streaming whether a command was sent in part
   */
  boolean mayGoOn(boolean serving, boolean retiring, boolean streaming) {
    return switch (bindings.transaction()) {
      case QUEUEING -> serving || streaming || retiring;
      case WATCHING -> serving || streaming;
      case NONE -> (serving && !outdated) || streaming;
    };
  }

  /** What was set up here does not hold any more: it is set up anew on another connection. */
  void outdated() {
    outdated = true;
  }

  /** Whether that is so, and no transaction needs this connection nevertheless. */
  boolean isOutdated() {
    return outdated && bindings.transaction() == Transaction.NONE;
  }

  /** Forgets what it kept. */
  void release() {
    settings.clear();
    spoilt |= session.client().leaveConnection();
    session.client().subscribed(false);
  }
}
