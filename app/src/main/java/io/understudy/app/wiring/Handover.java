package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.SourceConfig;
import io.understudy.app.wiring.takeover.Message;
import io.understudy.app.wiring.takeover.Predecessor;
import io.understudy.app.wiring.takeover.SuccessorPort;
import io.understudy.proxy.ListeningSocket;
import io.understudy.proxy.ProxyServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this process does when a new one takes over from it. */
final class Handover implements SuccessorPort.Owner {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.takeover");

  /** How often it is looked whether clients are left. */
  private static final Duration LOOK = Duration.ofMillis(100);

  /** How often is said how many are left, while nothing changes. */
  private static final Duration PROGRESS = Duration.ofSeconds(5);

  /** How often is tried to open a port again. */
  private static final int MOST_TRIES = 50;

  private final Parts parts;
  private final Runnable end;
  private volatile @Nullable CountDownLatch drain;

  /** The parts of this process that change hands. */
  interface Parts {
    /** What it runs by. */
    Configuration configuration();

    /** What accepts connections. */
    Optional<ProxyServer> proxy();

    /** Whether it is told to end. */
    boolean isEnding();

    /** Gives up its seat among several keepers. */
    void giveUpSeat();

    /** Whether it has done so. */
    boolean hasGivenUpSeat();

    /** Makes a change that was handed to it. */
    String answer(String group, String request);

    /** Another process is the service from now on. */
    void standBack(long successor);

    /** This process is it again. */
    void standForth();

    /** Closes the admin port, and what else only one process can have. */
    void closePorts();

    /** Opens them again. */
    void openPorts() throws StartException;

    /** Leaves only these listeners open; those of the configuration, when there are none. */
    void narrow(Optional<List<String>> listeners) throws StartException;
  }

  Handover(Parts parts, Runnable end) {
    this.parts = parts;
    this.end = end;
  }

  /**
   * The socket at which the process of a configuration awaits its successor. Processes that share a
   * state directory differ by their admin ports.
   */
  static Path socket(Configuration configuration) {
    Path folder = configuration.failover().stateDirectory().toAbsolutePath().normalize();
    return folder.resolve(
        configuration.failover().coordinator() == Configuration.Coordinator.LOCAL
            ? "takeover.sock"
            : "takeover-" + configuration.admin().bind().port() + ".sock");
  }

  /**
   * Asks the process of this state directory to be the predecessor of this one. Blocks.
   *
   * @param drain how long it may go on with its clients
   * @throws StartException in one line; it goes on untouched
   */
  static Predecessor meet(Configuration configuration, Duration drain) throws StartException {
    try {
      Predecessor met =
          Predecessor.meet(
              socket(configuration),
              new Message.Hello(
                  Message.PROTOCOL,
                  ProcessHandle.current().pid(),
                  terms(configuration),
                  drain.toMillis()));
      if (configuration.proxy().listeners().isEmpty() && !met.sockets().isEmpty()) {
        met.close();
        throw new StartException("--takeover: the new configuration has no listener; restart");
      }
      return met;
    } catch (IOException e) {
      throw new StartException("--takeover: " + e.getMessage(), e);
    }
  }

  /** What a successor must have in common with the process of a configuration. */
  static Message.Terms terms(Configuration configuration) {
    return new Message.Terms(
        coordinator(configuration),
        configuration.groups().stream().map(Configuration.Group::name).sorted().toList(),
        Options.passesSockets(configuration));
  }

  /** Two keepers that agree with others are the same if they have the same seat. */
  private static String coordinator(Configuration configuration) {
    return switch (configuration.failover().coordinator()) {
      case LOCAL -> "local";
      case ZOOKEEPER -> "zookeeper, as keeper " + Options.identity(configuration).id();
      case FOLLOW -> "follow";
    };
  }

  /** Whether a new process has taken over from this one. */
  boolean isSucceeded() {
    return drain != null;
  }

  @Override
  public Optional<String> obstacle(Message.Hello successor) {
    Configuration mine = parts.configuration();
    Message.Terms terms = terms(mine);
    Message.Terms other = successor.terms();
    if (parts.isEnding()) {
      return Optional.of("it is told to end; start without --takeover when it has");
    }
    if (successor.protocol() != Message.PROTOCOL) {
      return Optional.of("it is of a version that passes its sockets on otherwise; restart it");
    }
    if (!terms.coordinator().equals(other.coordinator())) {
      return Optional.of(
          "it runs with coordinator "
              + terms.coordinator()
              + ", and the new configuration has "
              + other.coordinator()
              + "; that needs a restart");
    }
    if (!terms.groups().equals(other.groups())) {
      return Optional.of(
          "it has the groups "
              + terms.groups()
              + ", and the new configuration "
              + other.groups()
              + "; make them alike by 'understudy reload' first, or afterwards");
    }
    if (!terms.passesSockets() || !other.passesSockets()) {
      return Optional.of("only proxy.transport: epoll can pass its sockets on; restart it");
    }
    return Optional.empty();
  }

  @Override
  public List<ListeningSocket> sockets() {
    return parts.proxy().map(ProxyServer::sockets).orElse(List.of());
  }

  @Override
  public List<String> ports() {
    Configuration mine = parts.configuration();
    List<String> ports = new ArrayList<>(List.of(mine.admin().bind().toString()));
    for (SourceConfig source : mine.replication()) {
      source.feeds().forEach(feed -> ports.add(feed.listen().toString()));
    }
    return ports;
  }

  @Override
  public void giveUpSeat() {
    parts.giveUpSeat();
  }

  @Override
  public String answer(String group, String request) {
    return parts.answer(group, request);
  }

  @Override
  public void succeeded(Message.Hello by, List<String> listeners) {
    parts.standBack(by.process());
    parts.proxy().ifPresent(proxy -> proxy.accept(false));
    parts.closePorts();
    try {
      parts.narrow(Optional.of(listeners));
    } catch (StartException e) {
      LOG.warn("a listener stays open: {}", e.getMessage());
    }
    Duration most = Duration.ofMillis(by.drainMillis());
    LOG.info(
        "process {} has taken over; this one goes on with its {} clients for at most {} s, and"
            + " ends",
        by.process(),
        clients(),
        most.toSeconds());
    CountDownLatch calledBack = new CountDownLatch(1);
    drain = calledBack;
    Thread.ofVirtual().name("drain").start(() -> drain(calledBack, most));
  }

  private int clients() {
    return parts.proxy().map(ProxyServer::clients).orElse(0);
  }

  /** Waits until the last client is gone or the time is over, and ends this process. */
  private void drain(CountDownLatch calledBack, Duration most) {
    long begunNanos = System.nanoTime();
    long toldNanos = begunNanos;
    int told = clients();
    try {
      // Whoever was accepted last is a client after a moment, so it is waited before it is looked.
      while (!calledBack.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = System.nanoTime();
        int left = clients();
        Duration rest = most.minusNanos(now - begunNanos);
        if (left == 0 || rest.isNegative()) {
          LOG.info(left == 0 ? "the last client is gone" : "the time is over for {} clients", left);
          end.run();
          return;
        }
        boolean due = now - toldNanos > PROGRESS.toNanos();
        if (due || (left != told && now - toldNanos > TimeUnit.SECONDS.toNanos(1))) {
          LOG.info("{} clients are left, for at most {} s", left, rest.toSeconds());
          told = left;
          toldNanos = now;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void takeBack(Message.Hello from, String why) {
    CountDownLatch draining = drain;
    if (draining != null) {
      draining.countDown();
      drain = null;
    }
    if (parts.isEnding()) {
      return;
    }
    parts.standForth();
    LOG.warn("process {} {}: this one serves by itself again", from.process(), why);
    parts.proxy().ifPresent(proxy -> proxy.accept(true));
    if (parts.hasGivenUpSeat()) {
      LOG.error(
          "this process has given up its seat and is no keeper any more; restart it, or let"
              + " another one take over from it");
    }
    try {
      parts.narrow(Optional.empty());
      if (draining != null) {
        openPorts();
      }
    } catch (StartException e) {
      LOG.error("not everything could be opened again: {}", e.getMessage());
    }
  }

  /** A process that was killed may have its ports for a moment longer than its connection. */
  private void openPorts() throws StartException {
    for (int tries = 1; ; tries++) {
      try {
        parts.openPorts();
        return;
      } catch (StartException e) {
        if (tries == MOST_TRIES) {
          throw e;
        }
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }
  }
}
