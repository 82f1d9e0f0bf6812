package io.understudy.replication;

import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.SourceLink;
import io.understudy.topology.Address;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Running replications: sources, and the feeds that are made of them. Thread-safe. */
public final class Replication implements AutoCloseable {
  private static final int ID_BYTES = 20;
  private static final long CLOSE_MILLIS = 2_000;

  private final Sockets sockets;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final List<RunningSource> sources = new CopyOnWriteArrayList<>();

  private Replication(Sockets sockets, RandomGenerator random, LongSupplier nanoTime) {
    this.sockets = sockets;
    this.random = random;
    this.nanoTime = nanoTime;
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
    Replication replication = new Replication(Sockets.open(plans.size()), random, nanoTime);
    try {
      for (SourcePlan plan : plans) {
        replication.sources.add(replication.opened(plan));
      }
      replication.sources.forEach(source -> source.replicator().start());
      return replication;
    } catch (ReplicationException e) {
      replication.close();
      throw e;
    }
  }

  private RunningSource opened(SourcePlan plan) throws ReplicationException {
    Memory memory = Memory.open(plan.state());
    RunningSource source;
    try {
      source =
          new RunningSource(
              new Replicator(plan, sockets, sockets.loops().next(), memory, this::newId, nanoTime),
              sockets);
    } catch (ReplicationException e) {
      memory.close();
      throw e;
    }
    try {
      source.open();
      return source;
    } catch (ReplicationException e) {
      source.close();
      throw e;
    }
  }

  /** The sources, in the order of the plans; those that were added come last. */
  public List<RunningSource> sources() {
    return Collections.unmodifiableList(sources);
  }

  /**
   * One more source from now on, on one of the event loops that there are.
   *
   * @throws ReplicationException in one line, if an address cannot be bound; nothing of it is left
   */
  public synchronized RunningSource add(SourcePlan plan) throws ReplicationException {
    RunningSource source = opened(plan);
    sources.add(source);
    source.replicator().start();
    return source;
  }

  /** A source no more, with all that is fed of it; its replicas keep what they have. */
  public synchronized void remove(RunningSource source) {
    if (sources.remove(source)) {
      source.close();
    }
  }

  private String newId() {
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
    return sources.stream().map(source -> source.replicator().status()).toList();
  }

  /** Says where a source is now: its group has another primary. */
  public void follow(String name, Address address) {
    for (RunningSource source : sources) {
      if (source.replicator().name().equals(name)) {
        source.replicator().follow(address);
      }
    }
  }

  /** Ends everything. Replicas keep what they have. */
  @Override
  public synchronized void close() {
    sources.forEach(RunningSource::close);
    sockets
        .loops()
        .shutdownGracefully(0, CLOSE_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly();
  }
}
