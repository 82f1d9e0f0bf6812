package io.understudy.replication;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.SourceLink;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Running replications: sources, and the feeds that are made of them. Thread-safe. */
public final class Replication implements AutoCloseable {
  private static final int ID_BYTES = 20;
  private static final long CLOSE_MILLIS = 2_000;

  private final Sockets sockets;
  private final List<Replicator> replicators = new ArrayList<>();
  private final List<Channel> listeners = new ArrayList<>();

  private Replication(Sockets sockets) {
    this.sockets = sockets;
  }

  /**
   * Binds every feed's address and begins to work.
   *
   * @param plans at least one
   * @param random makes replication ids
   * @param nanoTime a clock that only grows
   * @throws ReplicationException if an address cannot be bound; nothing is left running
   */
  public static Replication start(
      List<SourcePlan> plans, RandomGenerator random, LongSupplier nanoTime)
      throws ReplicationException {
    Replication replication = new Replication(Sockets.open(plans.size()));
    try {
      for (SourcePlan plan : plans) {
        replication.add(plan, random, nanoTime);
      }
      replication.replicators.forEach(Replicator::start);
      return replication;
    } catch (ReplicationException e) {
      replication.close();
      throw e;
    }
  }

  private void add(SourcePlan plan, RandomGenerator random, LongSupplier nanoTime)
      throws ReplicationException {
    Memory memory = Memory.open(plan.state());
    Replicator replicator;
    try {
      replicator =
          new Replicator(
              plan, sockets, sockets.loops().next(), memory, () -> newId(random), nanoTime);
    } catch (ReplicationException e) {
      memory.close();
      throw e;
    }
    replicators.add(replicator);
    for (Feed feed : replicator.feeds()) {
      Address listen = feed.plan().listen();
      ChannelFuture bound =
          sockets
              .listen(replicator.loop(), listen, feed.plan().tls(), feed.server()::newConnection)
              .awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new ReplicationException(unbound(listen, bound.cause()), bound.cause());
      }
      listeners.add(bound.channel());
    }
  }

  private static String unbound(Address listen, Throwable cause) {
    String why = String.valueOf(cause.getMessage());
    return why.contains("in use")
        ? listen
            + " is in use; stop what listens there ('ss -ltnp' names it), or choose another port"
        : listen + " cannot be bound: " + why;
  }

  private static String newId(RandomGenerator random) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /**
   * Greets each source once and says why one cannot be used, if so. Blocks, for at most the time
   * that connecting may take.
   *
   * @return one line for each source that cannot be used
   */
  public static List<String> probe(List<SourcePlan> plans, LongSupplier nanoTime) {
    Sockets sockets = Sockets.open(1);
    try {
      List<SourceProbe> probes = new ArrayList<>();
      for (SourcePlan plan : plans) {
        SourceProbe probe = new SourceProbe();
        probes.add(probe);
        SourceLink link = new SourceLink(plan.source(), Optional.empty(), probe, nanoTime);
        sockets.connect(sockets.loops().next(), plan.source(), link, link::connectFailed);
      }
      List<String> lines = new ArrayList<>();
      for (int i = 0; i < probes.size(); i++) {
        answer(plans.get(i), probes.get(i)).map(LinkLoss::reason).ifPresent(lines::add);
      }
      return lines;
    } finally {
      sockets
          .loops()
          .shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
          .awaitUninterruptibly();
    }
  }

  private static Optional<LinkLoss> answer(SourcePlan plan, SourceProbe probe) {
    long patience = 2 * plan.source().connectTimeout().toMillis();
    LinkLoss silent =
        new LinkLoss("the source " + plan.source().address() + " does not answer", false);
    try {
      return probe
          .result()
          .completeOnTimeout(Optional.of(silent), patience, TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      return Optional.of(silent);
    }
  }

  /** What there is to say about each source, in the order of the plans. */
  public List<SourceStatus> status() {
    return replicators.stream().map(Replicator::status).toList();
  }

  /** Says where a source is now: its group has another primary. */
  public void follow(String name, Address address) {
    for (Replicator replicator : replicators) {
      if (replicator.name().equals(name)) {
        replicator.follow(address);
      }
    }
  }

  /** Ends everything. Replicas keep what they have. */
  @Override
  public void close() {
    for (Channel listener : listeners) {
      listener.close().awaitUninterruptibly();
    }
    for (Replicator replicator : replicators) {
      replicator.loop().submit(replicator::close).awaitUninterruptibly();
    }
    sockets
        .loops()
        .shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly();
  }
}
