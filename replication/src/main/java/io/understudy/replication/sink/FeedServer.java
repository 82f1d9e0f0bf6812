package io.understudy.replication.sink;

import io.netty.channel.ChannelHandler;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One feed: a primary for any number of replicas. All methods are called on its event loop.
 *
 * <p>The caller listens, and puts {@link #newConnection()} behind each connection that it takes.
 */
public final class FeedServer {
  private static final Logger LOG = LoggerFactory.getLogger(FeedServer.class);

  /** Connections that one feed takes; a feed has a handful of replicas and a few onlookers. */
  private static final int MAX_CONNECTIONS = 256;

  private static final byte[] PING =
      "*1\r\n$4\r\nPING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  private static final byte[] ASK =
      "*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n"
          .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final String name;
  private final int port;
  private final FeedOptions options;
  private final FeedOwner owner;
  private final ReplicaGate gate;
  private final Inquiries inquiries;
  private final Backlog backlog;
  private final LongSupplier nanoTime;
  private final Supplier<String> newId;
  private final String runId;
  private final Set<Downstream> connections = new LinkedHashSet<>();
  private final Counters counters = new Counters();
  private final OffsetClock clock = new OffsetClock();
  private final FeedReport report = new FeedReport(this);
  private String replicationId;
  private Optional<String> refusal = Optional.empty();
  private long pingedNanos;
  private long sendableOffset;

  /**
   * A feed without replicas.
   *
   * @param name for logs
   * @param port where it listens, for those who ask
   * @param newId makes random ids of 40 hexadecimal digits
   * @param nanoTime a clock that only grows
   */
  public FeedServer(
      String name,
      int port,
      FeedOptions options,
      FeedOwner owner,
      ReplicaGate gate,
      Inquiries inquiries,
      Backlog backlog,
      Supplier<String> newId,
      LongSupplier nanoTime) {
    this.name = name;
    this.port = port;
    this.options = options;
    this.owner = owner;
    this.gate = gate;
    this.inquiries = inquiries;
    this.backlog = backlog;
    this.newId = newId;
    this.nanoTime = nanoTime;
    this.runId = newId.get();
    this.replicationId = newId.get();
    this.pingedNanos = nanoTime.getAsLong();
    this.sendableOffset = backlog.end();
  }

  /** What serves one more connection. */
  public ChannelHandler newConnection() {
    return new Downstream(this);
  }

  /** The id of the present history. */
  public String replicationId() {
    return replicationId;
  }

  /** The stream's newest bytes. */
  public Backlog backlog() {
    return backlog;
  }

  /** What happened so far. */
  public Counters counters() {
    return counters;
  }

  /** Goes on with the history of an earlier process. */
  public void resume(String earlierReplicationId) {
    replicationId = earlierReplicationId;
  }

  /** Begins another history: nobody can go on with the old one. */
  public void restart(String reason) {
    replicationId = newId.get();
    backlog.restart(backlog.end());
    sendableOffset = backlog.end();
    for (Downstream connection : List.copyOf(connections)) {
      if (connection.isAttached()) {
        connection.cut(reason);
      }
    }
  }

  /** Refuses every replica from now on, and cuts off those that there are. */
  public void refuse(String reason) {
    refusal = Optional.of(reason.replaceAll("[\\r\\n]", " "));
    for (Downstream connection : List.copyOf(connections)) {
      if (connection.isAttached() || connection.isWaiting()) {
        connection.cut(reason);
      }
    }
  }

  /** Adds bytes to the stream. They are sent with the next {@link #flush}. */
  public void append(byte[] bytes, int from, int length) {
    if (length > 0) {
      backlog.append(bytes, from, length);
    }
  }

  /** Sends replicas what is new. */
  public void flush() {
    if (sendableOffset != backlog.end()) {
      owner.onSending();
      sendableOffset = backlog.end();
    }
    for (Downstream connection : List.copyOf(connections)) {
      connection.feed();
    }
  }

  /** Asks every replica at once what it has. */
  public void askForAcknowledgements() {
    append(ASK, 0, ASK.length);
  }

  /** Those that wait for a snapshot. */
  public List<Downstream> whoWait() {
    return connections.stream().filter(Downstream::isWaiting).toList();
  }

  /** Whether someone waits for a snapshot. */
  public boolean isSnapshotWanted() {
    return waiting() > 0;
  }

  /** How many wait for a snapshot. */
  public int waiting() {
    return (int) connections.stream().filter(Downstream::isWaiting).count();
  }

  /** How many have the stream, or are getting the snapshot before it. */
  public int attached() {
    return (int) connections.stream().filter(Downstream::isAttached).count();
  }

  /**
   * Tells all that wait that their snapshot comes.
   *
   * @param offset of this feed's stream, up to which the snapshot goes
   */
  public SnapshotReceivers beginSnapshot(long offset) {
    String mark = newId.get();
    List<Downstream> receivers = connections.stream().filter(Downstream::isWaiting).toList();
    receivers.forEach(receiver -> receiver.beginSnapshot(offset, mark));
    return new SnapshotReceivers(receivers, mark);
  }

  /**
   * The offset up to which every attached replica has everything, of those that say so; -1 while
   * there are none.
   */
  public long acknowledgedOffset() {
    return connections.stream()
        .filter(replica -> replica.isAttached() && replica.acknowledges())
        .mapToLong(Downstream::acknowledged)
        .min()
        .orElse(-1);
  }

  /** Pings, keeps waiting replicas patient, cuts off silent ones. Called several times a second. */
  public void tick() {
    long now = nanoTime.getAsLong();
    clock.note(backlog.end(), now);
    if (now - pingedNanos >= options.pingEvery().toNanos()) {
      pingedNanos = now;
      append(PING, 0, PING.length);
      flush();
    }
    for (Downstream connection : List.copyOf(connections)) {
      connection.tick(now);
    }
  }

  /** Cuts off everybody. */
  public void close() {
    List.copyOf(connections).forEach(Downstream::close);
  }

  /** Everything that is known of the replicas, for operators. */
  public List<ReplicaState> replicaStates() {
    return replicas().stream()
        .map(
            r ->
                new ReplicaState(
                    r,
                    r.name(),
                    r.phase().name().toLowerCase(java.util.Locale.ROOT),
                    Math.max(0, backlog.end() - r.acknowledged()),
                    r.isAttached() ? clock.behindNanos(r.acknowledged(), nanoTime()) : 0))
        .toList();
  }

  /**
   * One replica, as an operator sees it.
   *
   * @param connection which one it is
   * @param phase {@code waiting}, {@code receiving}, {@code gated} or {@code streaming}
   * @param lagBytes how much of the stream it has not acknowledged
   * @param lagNanos how old the first byte of that is
   */
  public record ReplicaState(
      Downstream connection, String address, String phase, long lagBytes, long lagNanos) {}

  void joined(Downstream connection) {
    if (connections.size() >= MAX_CONNECTIONS) {
      connection.say("-ERR max number of clients reached\r\n");
      connection.close();
    } else {
      connections.add(connection);
    }
  }

  void left(Downstream connection) {
    connections.remove(connection);
    gate.onGone(connection);
  }

  void cut(Downstream connection, String reason) {
    counters.cut++;
    LOG.info("{}: {} is cut off: {}", name, connection.name(), reason);
  }

  /** Those that wait for a snapshot, or have the stream. */
  public List<Downstream> replicas() {
    List<Downstream> replicas = new ArrayList<>();
    for (Downstream connection : connections) {
      if (connection.isAttached() || connection.isWaiting()) {
        replicas.add(connection);
      }
    }
    return replicas;
  }

  /** The offset up to which replicas may be sent the stream: what was added since must wait. */
  long sendableOffset() {
    return sendableOffset;
  }

  boolean canContinue(String id, long offset) {
    return id.equals(replicationId) && backlog.covers(offset);
  }

  Optional<String> refusal() {
    return refusal;
  }

  FeedOptions options() {
    return options;
  }

  FeedOwner owner() {
    return owner;
  }

  ReplicaGate gate() {
    return gate;
  }

  Inquiries inquiries() {
    return inquiries;
  }

  FeedReport report() {
    return report;
  }

  String runId() {
    return runId;
  }

  int port() {
    return port;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  /** What a feed has done. */
  public static final class Counters {
    long fullResyncs;
    long partialResyncs;
    long cut;

    Counters() {}

    /** Snapshots that were begun. */
    public long fullResyncs() {
      return fullResyncs;
    }

    /** Times that a replica went on without a snapshot. */
    public long partialResyncs() {
      return partialResyncs;
    }

    /** Replicas that were cut off. */
    public long cut() {
      return cut;
    }
  }
}
