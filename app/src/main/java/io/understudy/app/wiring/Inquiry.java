package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.failover.publish.TopologyBoard;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import io.understudy.topology.Verification;
import io.understudy.topology.Verifier;
import io.understudy.wire.tls.TlsClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a group's primary again and again, on a connection of its own, whether its replicas follow
 * it, and lets the outputs of this process go on by that when ZooKeeper is lost.
 *
 * <p>It asks while ZooKeeper is there, too: only then can what the replicas say begin to count. It
 * rests while nothing is published that lets outputs go on alone.
 */
final class Inquiry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  /** Between two questions: the later answer tells what was so after the earlier question. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** An answer that takes longer proves nothing. */
  private static final Duration PATIENCE = Verification.MAX_LEASE;

  /** More replicas than any primary has: all of them are asked how far they are. */
  private static final String ALL_REPLICAS = "1000000";

  /** Nobody waits for their answers; the next question finds them. */
  private static final String WAIT_MILLIS = "1";

  private final TopologyBoard board;
  private final Certificates certificates;
  private final LongSupplier nanoTime;
  private final Thread thread;
  private final TopologyFeed.Subscription news;
  private volatile Configuration.Group group;
  private volatile String trouble = "";
  private volatile boolean closed;

  private volatile @Nullable Line line;

  // Confined to the thread.
  private final Verifier verifier = new Verifier();
  private boolean begun;
  private Standing said = Standing.VOUCHED;

  /** A connection, and the run that answers there. */
  private record Line(Node node, RespConnection connection) {}

  /** By what outputs act on the newest publication. */
  private enum Standing {
    VOUCHED,
    BELIEVED,
    NEITHER
  }

  /** Begins at once. */
  Inquiry(
      Configuration.Group group,
      TopologyBoard board,
      Certificates certificates,
      LongSupplier nanoTime) {
    this.group = group;
    this.board = board;
    this.certificates = certificates;
    this.nanoTime = nanoTime;
    this.thread = Thread.ofVirtual().name("inquiry-" + group.name()).unstarted(this::run);
    this.news = board.subscribe(group.name(), topology -> LockSupport.unpark(thread));
    thread.start();
  }

  /** Logs in as this says on connections that are opened from now on. Any thread. */
  void login(Configuration.Group as) {
    group = as;
  }

  /**
   * How requests get along without ZooKeeper, a sentence; empty while it is there, or nothing is
   * published that lets them go on alone. Any thread.
   */
  Optional<String> remark() {
    Topology newest = board.current(group.name());
    return newest.verification().isEmpty() ? Optional.empty() : remark(standing(newest));
  }

  /**
   * The same while ZooKeeper is there: what would be without it; empty where nothing is published
   * that lets requests go on alone. Any thread.
   */
  Optional<String> outlook() {
    Topology newest = board.current(group.name());
    return newest.verification().isEmpty()
        ? Optional.empty()
        : remark()
            .or(
                () ->
                    Optional.of(
                        board.isBelieved(newest)
                            ? "if ZooKeeper is lost, requests go on: all replicas are shown to"
                                + " follow the primary"
                            : "if ZooKeeper is lost, requests wait: not all replicas are shown to"
                                + " follow the primary"
                                + inBrackets(trouble)));
  }

  private Optional<String> remark(Standing standing) {
    return switch (standing) {
      case VOUCHED -> Optional.empty();
      case BELIEVED ->
          Optional.of(
              "ZooKeeper is not there, and requests go on while all replicas are shown to follow"
                  + " the primary");
      case NEITHER ->
          Optional.of(
              "ZooKeeper is not there, and requests wait, because not all replicas are shown to"
                  + " follow the primary"
                  + inBrackets(trouble));
    };
  }

  private static String inBrackets(String detail) {
    return detail.isEmpty() ? "" : " (" + detail + ")";
  }

  private Standing standing(Topology newest) {
    if (board.isVouchedFor(newest)) {
      return Standing.VOUCHED;
    }
    return board.isCurrent(newest) ? Standing.BELIEVED : Standing.NEITHER;
  }

  private void run() {
    try {
      while (!closed) {
        Topology newest = board.current(group.name());
        Optional<Node> primary = newest.verification().flatMap(terms -> newest.primary());
        if (primary.isPresent()) {
          turn(newest, primary.get());
          LockSupport.parkNanos(this, PAUSE.toNanos());
        } else {
          rest();
          LockSupport.park(this);
        }
      }
    } finally {
      hangUp();
    }
  }

  private void rest() {
    verifier.forget();
    board.doubt(group.name());
    said = Standing.VOUCHED;
    hangUp();
  }

  private void turn(Topology newest, Node primary) {
    try {
      ask(newest, primary);
      trouble = "";
    } catch (IOException | StartException e) {
      hangUp();
      trouble = primary.address() + ": " + e.getMessage();
    } catch (RuntimeException e) {
      LOG.error("{}: its primary could not be asked; tried again", group.name(), e);
      hangUp();
    }
    tell();
  }

  private void ask(Topology newest, Node primary) throws IOException, StartException {
    RespConnection connection = lineTo(primary).connection();
    long sentNanos = nanoTime.getAsLong();
    String info = text(connection.ask("INFO", "replication"), "INFO");
    long nowNanos = nanoTime.getAsLong();
    Topology under = board.current(newest.group());
    if (!under.primary().equals(newest.primary()) || !under.epoch().equals(newest.epoch())) {
      return; // it was asked as the primary of another reign
    }
    verifier.answered(under, board.isVouchedFor(under), sentNanos, nowNanos, info);
    if (verifier.holds(nowNanos)) {
      board.believe(under, verifier.untilNanos());
    } else {
      board.doubt(under.group());
    }
    // Replicas are asked for what they have, which is something new for them to have.
    if (connection.ask("WAIT", ALL_REPLICAS, WAIT_MILLIS) instanceof Reply.Failure refused) {
      throw new IOException("answers WAIT with: " + refused.message());
    }
  }

  /** Says when it changes by what outputs act. */
  private void tell() {
    Topology newest = board.current(group.name());
    Standing now = newest.verification().isEmpty() ? Standing.VOUCHED : standing(newest);
    begun |= now == Standing.VOUCHED; // at start it takes a moment until ZooKeeper vouches
    if (begun && now != said) {
      said = now;
      LOG.warn("{}: {}", group.name(), remark(now).orElse("ZooKeeper is there again"));
    }
  }

  /** A connection to this run and no other. */
  private Line lineTo(Node node) throws IOException, StartException {
    Line open = line;
    if (open != null && open.node().equals(node)) {
      return open;
    }
    hangUp();
    Configuration.Group as = group;
    Optional<TlsClient> tls = certificates.of(as.tls());
    RespConnection connection =
        tls.isPresent()
            ? RespConnection.open(node.address(), PATIENCE, tls.get())
            : RespConnection.open(node.address(), PATIENCE);
    Line made = new Line(node, connection);
    line = made; // from here on it is closed with the rest
    if (as.auth().isPresent()) {
      Configuration.Credentials auth = as.auth().get();
      String password = auth.password().reveal();
      text(
          auth.username().isPresent()
              ? connection.ask("AUTH", auth.username().get(), password)
              : connection.ask("AUTH", password),
          "AUTH");
    }
    String run = "run_id:" + node.runId().value();
    if (text(connection.ask("INFO", "server"), "INFO").lines().noneMatch(run::equals)) {
      throw new IOException("another run answers than the one that is primary");
    }
    return made;
  }

  private static String text(Reply reply, String to) throws IOException {
    return switch (reply) {
      case Reply.Text text -> text.text();
      case Reply.Failure failure ->
          throw new IOException("answers " + to + " with: " + failure.message());
      case Reply.Count count -> throw strange(to);
      case Reply.Items items -> throw strange(to);
      case Reply.Nothing nothing -> throw strange(to);
    };
  }

  private static IOException strange(String to) {
    return new IOException("answers " + to + " as no server does");
  }

  private void hangUp() {
    Line open = line;
    line = null;
    if (open != null) {
      try {
        open.connection().close();
      } catch (IOException e) {
        LOG.debug("a connection could not be closed", e);
      }
    }
  }

  /** Ends it, and what is believed of the group. Any thread; does not wait. */
  @Override
  public void close() {
    closed = true;
    news.close();
    board.doubt(group.name());
    hangUp();
    LockSupport.unpark(thread);
  }
}
