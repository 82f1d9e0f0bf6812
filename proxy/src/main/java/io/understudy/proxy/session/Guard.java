package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.backend.Requests;
import io.understudy.proxy.route.Conduct;
import io.understudy.proxy.route.PoolKey;
import io.understudy.proxy.route.Users;
import io.understudy.wire.acl.AclCheck;
import io.understudy.wire.acl.AclCheck.Verdict;
import io.understudy.wire.acl.AclUser;
import io.understudy.wire.acl.Rights;
import io.understudy.wire.command.Command;
import io.understudy.wire.scan.RequestScanner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who the client of a listener with users is, and what it may do: AUTH is judged here, and every
 * command before it is sent. Belongs to one event loop, but for what other threads may ask.
 *
 * <p>The texts are those of the newest servers.
 */
final class Guard {
  private static final String NOAUTH = "-NOAUTH Authentication required.\r\n";

  private static final String NOAUTH_HELLO =
      "-NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
          + " <proto> AUTH <user> <pass> option can be used to authenticate the client and select"
          + " the RESP protocol version at the same time\r\n";

  private static final String WRONGPASS =
      "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

  private static final String NO_PASSWORD =
      "AUTH <password> called without any password configured for the default user. Are you sure"
          + " your configuration is correct?";

  /** Subcommands of ACL that say nothing of the server's users. */
  private static final Set<String> HARMLESS = Set.of("acl|cat", "acl|help", "acl|genpass");

  private final Session session;
  private final AclCheck check = new AclCheck();
  private volatile Users users;
  private volatile Users.@Nullable User user;

  Guard(Session session, Users users) {
    this.session = session;
    this.users = users;
    this.user = unasked();
  }

  /** Who a client is that says nothing. */
  private Users.@Nullable User unasked() {
    return users.named(AclUser.DEFAULT).filter(one -> one.acl().isOpen()).orElse(null);
  }

  /** Whether the client has to log in before anything else. */
  boolean isNobody() {
    return user == null;
  }

  /** Its name, for others to see. */
  String name() {
    Users.User now = user;
    return now == null ? AclUser.DEFAULT : now.acl().name();
  }

  /** Whether there is a user of a name. */
  boolean knows(String name) {
    return users.named(name).isPresent();
  }

  /**
   * Takes other users in the place of those that it knows, if that changes nothing for who is
   * logged in. Any thread.
   */
  boolean adopts(@Nullable Users others) {
    Users.User now = user;
    if (now == null || others == null || !others.all().contains(now)) {
      return false;
    }
    users = others;
    return true;
  }

  /** The state of a connection for a client that just came, or said RESET. */
  PoolKey key() {
    Users.User now = user;
    return now == null ? PoolKey.FRESH : PoolKey.FRESH.withCredentials(now.as());
  }

  /** RESET was accepted. */
  void reset() {
    user = unasked();
  }

  // ---- on the way of runs

  /**
   * Whether a plain command may go with its neighbours. If not, it is looked at again when all of
   * it is there and everything before it is answered.
   */
  boolean passes(RequestScanner scanner, Input input) {
    Command command = scanner.command();
    Users.User now = user;
    if (now == null || isAcl(command)) {
      return false;
    }
    Rights rights = now.acl().rights();
    if (!rights.mayRun(command)) {
      return false;
    }
    if (AclCheck.isDecidedByName(rights, command)) {
      return true;
    }
    int start = scanner.end() - (int) scanner.length();
    if (start < input.runFrom()) {
      return false; // A part of it came before.
    }
    if (AclCheck.isFirstItsKey(command) && hasArity(command, scanner.argumentCount())) {
      int from = start + (int) scanner.argumentOffset(1);
      int length = (int) scanner.argumentLength(1);
      return AclCheck.mayUse(rights, command, input.buffer(), from, length);
    }
    return check.of(rights, command, input.buffer(), start) == Verdict.ALLOWED;
  }

  private static boolean hasArity(Command command, int arguments) {
    return command.arity() >= 0 ? arguments == command.arity() : arguments >= -command.arity();
  }

  /** Whether commands of a name that may be run need not be looked at one by one. */
  boolean isDecidedByName(Command command) {
    Users.User now = user;
    return now != null
        && !isAcl(command)
        && now.acl().rights().mayRun(command)
        && AclCheck.isDecidedByName(now.acl().rights(), command);
  }

  private static boolean isAcl(Command command) {
    return command.name().startsWith("acl");
  }

  // ---- one command at a time

  /** Whether a command is the guard's own affair, not the server's. */
  boolean isOwn(Request request) {
    return switch (request.conduct()) {
      case AUTH -> true;
      case HELLO -> user == null || Hello.of(request.arguments()).isOfUsers();
      case RESET -> user == null;
      default -> isAcl(request.command()) && !HARMLESS.contains(request.command().name());
    };
  }

  /**
   * Why a command that is not {@link #isOwn} may not be run; null if it may.
   *
   * @param queueing whether MULTI holds
   */
  @Nullable String refusal(Request request, boolean queueing) {
    if (request.conduct() == Conduct.QUIT || request.conduct() == Conduct.RESET) {
      return null;
    }
    Users.User now = user;
    if (now == null) {
      return NOAUTH;
    }
    if (request.conduct() == Conduct.CLIENT_NOTICES) {
      return null;
    }
    if (queueing && request.conduct() == Conduct.PUBSUB && session.key().protocol() == 3) {
      // Nobody could look at what comes behind it: its confirmations stand inside EXEC's array.
      return Answers.error(request.name() + " is not allowed inside MULTI here");
    }
    Command command = request.command();
    ByteBuf bytes = request.bytes();
    return switch (check.of(now.acl().rights(), command, bytes, bytes.readerIndex())) {
      case ALLOWED -> null;
      case NO_COMMAND ->
          Answers.serverError(
              "NOPERM User "
                  + latin1(now.acl().name())
                  + " has no permissions to run the '"
                  + nameOf(request)
                  + "' command");
      case NO_KEY -> Answers.serverError("NOPERM No permissions to access a key");
      case NO_CHANNEL -> Answers.serverError("NOPERM No permissions to access a channel");
      case WRONG_ARITY ->
          Answers.error("wrong number of arguments for '" + command.name() + "' command");
    };
  }

  /** Why a command may not be queued by MULTI; null if it may. */
  @Nullable String refusalInMulti(Request request) {
    return isOwn(request)
        ? Answers.error(nameOf(request).replace('|', ' ') + " is not allowed inside MULTI here")
        : refusal(request, true);
  }

  /** Why a command of a session with a connection of its own may not be run; null if it may. */
  @Nullable String denial(Request request, boolean queueing) {
    String refusal = queueing ? refusalInMulti(request) : refusal(request, false);
    if (refusal != null) {
      session.context().counters().add(Counters.Count.DENIED, 1);
    }
    return refusal;
  }

  private static String nameOf(Request request) {
    return request.command().isUnknown()
        ? request.arguments().getFirst().toLowerCase(Locale.ROOT)
        : request.command().name();
  }

  /**
   * Deals with a command of its own; everything before it is answered.
   *
   * @param bound what the session's own connection is authenticated as; null if it has none
   * @return what is left for the server to do; null if the command was answered
   */
  @Nullable Request take(Request request, @Nullable PoolKey bound) {
    List<String> arguments = request.arguments();
    String answer =
        switch (request.conduct()) {
          case AUTH -> auth(arguments, bound);
          case HELLO -> hello(arguments, bound);
          case RESET -> "+RESET\r\n";
          default -> acl(request);
        };
    if (request.conduct() == Conduct.RESET) {
      session.specials().reset();
      session.key(key());
    }
    Request rest = null;
    if (answer.isEmpty()) {
      rest =
          new Request(
              request.command(),
              request.conduct(),
              Requests.of(Hello.of(arguments).withoutCredentials().toArray(String[]::new)),
              request.arrivedNanos());
    } else {
      session.specials().say(answer);
    }
    request.release();
    return rest;
  }

  private String auth(List<String> arguments, @Nullable PoolKey bound) {
    return switch (arguments.size()) {
      case 1 -> Answers.error("wrong number of arguments for 'auth' command");
      case 2 -> {
        Optional<Users.User> usual = users.named(AclUser.DEFAULT);
        yield usual.isPresent() && usual.get().acl().withoutPassword()
            ? Answers.error(NO_PASSWORD)
            : login(AclUser.DEFAULT, arguments.get(1), bound, Answers.OK);
      }
      case 3 -> login(arguments.get(1), arguments.get(2), bound, Answers.OK);
      default -> Answers.error("syntax error");
    };
  }

  /** Answers nothing if there is something left for the server. */
  private String hello(List<String> arguments, @Nullable PoolKey bound) {
    Hello hello = Hello.of(arguments);
    if (!hello.error().isEmpty()) {
      return hello.error();
    }
    if (!hello.givesCredentials()) {
      return user == null ? NOAUTH_HELLO : "";
    }
    return login(hello.user(), hello.password(), bound, "");
  }

  private String login(String name, String password, @Nullable PoolKey bound, String done) {
    Optional<Users.User> found = users.named(name);
    byte[] given = password.getBytes(StandardCharsets.ISO_8859_1);
    // Whether there is such a user shall not show in how long this takes.
    AclUser judging = found.or(() -> users.all().stream().findFirst()).orElseThrow().acl();
    if (!judging.accepts(given) || found.isEmpty()) {
      session.context().counters().add(Counters.Count.DENIED, 1);
      return WRONGPASS;
    }
    Users.User next = found.get();
    if (bound != null && !bound.credentials().equals(next.as())) {
      return Answers.error(
          "this user needs another connection to the server; end subscriptions, WATCH and CLIENT"
              + " TRACKING before");
    }
    user = next;
    session.key(session.key().withCredentials(next.as()));
    return done;
  }

  private String acl(Request request) {
    String refusal = refusal(request, false);
    if (refusal != null) {
      return refusal;
    }
    if (request.command().name().equals("acl|whoami")) {
      return Answers.bulk(latin1(name()));
    }
    return Answers.error(
        nameOf(request).replace('|', ' ').toUpperCase(Locale.ROOT)
            + " is not possible here: the users of this address are in the proxy's configuration");
  }

  private static String latin1(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
