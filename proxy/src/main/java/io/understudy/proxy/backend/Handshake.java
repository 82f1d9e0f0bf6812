package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.PoolKey;
import io.understudy.wire.scan.ReplyScanner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first words on a new connection: is this the published run, is it a primary, and may this
 * user do this here? No client's byte crosses the connection before the answers are right.
 *
 * <p>The proof is made on the very connection that is used afterwards, because another connection
 * to the same address could reach another server. It is made with the group's own credentials when
 * there are some, otherwise as whoever the connection is for.
 */
final class Handshake implements Receiver {
  /** Who is told how it ended; exactly one call. */
  interface Listener {
    /**
     * The connection is proven and in the state that was asked for.
     *
     * @param locked whether the server demands AUTH and got none: only errors can come back
     */
    void proven(Backend backend, boolean locked);

    /**
     * The server runs a script for too long: it says nothing of itself, and takes no command but
     * one that kills the script. The connection is open, unproven and spoilt.
     *
     * @param text the server's own error, without the leading minus
     */
    void busy(Backend backend, String text);

    /** The connection is of no use and closed. */
    void refused(Backend backend, Refusal refusal);
  }

  /** An INFO that is longer than this is no INFO. */
  private static final int MAX_ANSWER_BYTES = 256 * 1024;

  private static final String NAME = "understudy-proxy";
  private static final String NO_PROOF =
      "NOPERM the proxy cannot prove as this user that the server is the primary;"
          + " allow the user INFO and ROLE, or give the group credentials of its own";

  private final PoolKey wanted;
  private final Credentials user;
  private final Credentials group;
  private final Listener listener;
  private final ReplyScanner scanner = new ReplyScanner();
  private final ArrayDeque<Consumer<String>> expected = new ArrayDeque<>();
  private final StringBuilder answer = new StringBuilder();
  private Runnable whenAnswered;
  private String address = "";
  private boolean done;

  private @Nullable String runId;
  private boolean toPrimary = true;
  private boolean inPost;
  private String trouble = "it does not answer";
  private boolean demandsAuth;
  private boolean lacksPermission;
  private boolean stateRefused;
  private @Nullable String busy;
  private @Nullable String denied;

  /**
   * Prepares for one connection.
   *
   * @param wanted the state it shall be in
   * @param user as whom it is authenticated in this state
   * @param group the group's own credentials, or {@link Credentials#NONE}
   */
  Handshake(PoolKey wanted, Credentials user, Credentials group, Listener listener) {
    this.wanted = wanted;
    this.user = user;
    this.group = group;
    this.listener = listener;
    this.whenAnswered = () -> {};
  }

  /**
   * Sends the first questions; they wait in the connection until it is open.
   *
   * <p>Protocol and database come before the user, because a user may be forbidden SELECT whose
   * session chose its database before AUTH. What is refused before AUTH is asked again behind it.
   */
  void begin(Backend backend) {
    toPrimary = backend.reign().isPrimary();
    if (!user.isNone() && !group.isNone()) {
      auth(backend, group);
    }
    askWhoItIs(backend);
    if (!user.isNone()) {
      takeOnState(backend, this::takeEarlyState);
      if (group.isNone()) {
        auth(backend, user);
        askWhoItIs(backend);
      }
    }
    ask(backend, this::takeId, "CLIENT", "ID");
    ask(backend, ignored -> {}, "CLIENT", "SETNAME", NAME);
    whenAnswered = () -> judge(backend);
  }

  private void askWhoItIs(Backend backend) {
    ask(backend, this::takeInfo, "INFO", "server");
    ask(backend, this::takeRole, "ROLE");
  }

  private void auth(Backend backend, Credentials as) {
    Consumer<String> take = as.equals(group) ? this::takeGroupAuth : this::takeState;
    if (as.user().isEmpty()) {
      ask(backend, take, "AUTH", as.password());
    } else {
      ask(backend, take, "AUTH", as.user(), as.password());
    }
  }

  private void ask(Backend backend, Consumer<String> take, String... request) {
    ByteBuf bytes = Requests.of(request);
    backend.send(bytes, 0, bytes.readableBytes());
    bytes.release();
    expected.add(take);
    if (!address.isEmpty()) {
      backend.loop().greetings().asking(address, 1);
    }
  }

  @Override
  public void opened(Backend backend) {
    address = backend.localAddress();
    backend.loop().greetings().asking(address, expected.size());
  }

  private void takeInfo(String reply) {
    if (reply.startsWith("-")) {
      demandsAuth |= reply.startsWith("-NOAUTH");
      lacksPermission |= reply.startsWith("-NOPERM");
      if (reply.startsWith("-BUSY ")) {
        busy = line(reply);
      }
      trouble = "it answers INFO with: " + line(reply);
      return;
    }
    int at = reply.indexOf("run_id:");
    int end = at < 0 ? -1 : reply.indexOf('\r', at);
    if (end > 0) {
      runId = reply.substring(at + "run_id:".length(), end);
    } else {
      trouble = "its INFO has no run_id";
    }
  }

  private void takeRole(String reply) {
    if (reply.startsWith("-")) {
      trouble = "it answers ROLE with: " + line(reply);
    } else if (toPrimary) {
      inPost = reply.startsWith("*3\r\n$6\r\nmaster\r\n");
      trouble = inPost ? trouble : "it is not a primary now";
    } else {
      inPost = reply.startsWith("*5\r\n$5\r\nslave\r\n") && reply.contains("\r\nconnected\r\n");
      trouble = inPost ? trouble : "it is no replica in sync now";
    }
  }

  private void takeId(String reply) {
    if (reply.startsWith(":")) {
      connectionId = Long.parseLong(line(reply));
    }
  }

  private long connectionId = -1;

  private void takeGroupAuth(String reply) {
    if (reply.startsWith("-")) {
      trouble = "it refuses the group's credentials: " + line(reply);
    }
  }

  private void takeEarlyState(String reply) {
    stateRefused |= reply.startsWith("-");
  }

  private void takeState(String reply) {
    if (reply.startsWith("-") && denied == null) {
      denied = line(reply);
    }
  }

  /** The first line of a reply without its type. */
  private static String line(String reply) {
    int end = reply.indexOf('\r');
    return reply.substring(1, end < 0 ? reply.length() : end);
  }

  private void judge(Backend backend) {
    backend.connectionId(connectionId);
    if (denied != null) {
      refuse(backend, new Refusal.Denied(denied));
    } else if (runId != null && !runId.equals(backend.reign().node().runId().value())) {
      refuse(backend, new Refusal.NotPrimary("another server answers there now"));
    } else if (runId != null && inPost) {
      finishState(backend);
    } else if (runId == null && busy != null) {
      done = true;
      backend.key(wanted);
      backend.spoil();
      listener.busy(backend, busy);
    } else if (runId == null && demandsAuth && user.isNone()) {
      finish(backend, true);
    } else if (runId == null && lacksPermission && user.isNone() && !group.isNone()) {
      lacksPermission = false;
      auth(backend, group);
      askWhoItIs(backend);
      whenAnswered = () -> judgeThenReset(backend);
    } else if (runId == null && lacksPermission) {
      refuse(backend, new Refusal.Denied(NO_PROOF));
    } else {
      refuse(backend, new Refusal.NotPrimary(trouble));
    }
  }

  /** The proof was made as the group's user; the session is the default user's. */
  private void judgeThenReset(Backend backend) {
    if (runId == null || !inPost || !runId.equals(backend.reign().node().runId().value())) {
      refuse(backend, new Refusal.NotPrimary(trouble));
      return;
    }
    // The default user has no password, or INFO had been answered with NOAUTH: any will do.
    ask(backend, this::takeState, "AUTH", "default", "any");
    finishState(backend);
  }

  private void takeOnState(Backend backend, Consumer<String> take) {
    if (wanted.protocol() == 3) {
      ask(backend, take, "HELLO", "3");
    }
    if (wanted.database() != 0) {
      ask(backend, take, "SELECT", Integer.toString(wanted.database()));
    }
  }

  /** It is the primary: the connection takes on what it has not yet. */
  private void finishState(Backend backend) {
    if (!user.isNone() && !group.isNone()) {
      auth(backend, user);
    }
    if (user.isNone() || stateRefused) {
      takeOnState(backend, this::takeState);
    }
    if (expected.isEmpty()) {
      finish(backend, false);
      return;
    }
    whenAnswered =
        () -> {
          if (denied == null) {
            finish(backend, false);
          } else {
            refuse(backend, new Refusal.Denied(denied));
          }
        };
  }

  private void finish(Backend backend, boolean locked) {
    done = true;
    backend.key(wanted);
    backend.locked(locked);
    backend.outbox().answered(backend.outbox().endOffset());
    listener.proven(backend, locked);
  }

  private void refuse(Backend backend, Refusal refusal) {
    done = true;
    backend.close();
    listener.refused(backend, refusal);
  }

  @Override
  public void received(Backend backend, ByteBuf bytes) {
    scanner.feed(bytes, bytes.readerIndex(), bytes.writerIndex());
    int from = bytes.readerIndex();
    while (!done) {
      ReplyScanner.Event event = scanner.next();
      answer.append(bytes.toString(from, scanner.end() - from, StandardCharsets.ISO_8859_1));
      from = scanner.end();
      switch (event) {
        case REPLY -> answered(backend);
        case PUSH -> answer.setLength(0);
        case PARTIAL -> {
          if (answer.length() > MAX_ANSWER_BYTES) {
            refuse(backend, new Refusal.NotPrimary("it answers at endless length"));
          }
          return;
        }
        case ERROR -> refuse(backend, new Refusal.NotPrimary("it does not speak RESP"));
      }
    }
  }

  private void answered(Backend backend) {
    Consumer<String> take = expected.poll();
    if (take == null) {
      refuse(backend, new Refusal.NotPrimary("it answers what it was not asked"));
      return;
    }
    backend.loop().greetings().answered(address);
    take.accept(answer.toString());
    answer.setLength(0);
    if (expected.isEmpty()) {
      whenAnswered.run();
    }
  }

  @Override
  public void writable(Backend backend) {}

  @Override
  public void closed(Backend backend) {
    if (!done) {
      done = true;
      listener.refused(
          backend,
          new Refusal.Unreachable(
              "no connection to " + backend.reign().node() + backend.trouble()));
    }
  }
}
