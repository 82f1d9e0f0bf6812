package io.understudy.zookeeper;

import io.understudy.topology.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.server.ServerConfig;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/**
 * ZooKeeper's own server inside this process, for trials and small set-ups: alone, or one of an
 * ensemble.
 */
public final class EmbeddedZookeeper implements AutoCloseable {
  /** Half a second: sessions from 1 to 10 s. */
  private static final int TICK_MILLIS = 500;

  private static final int INIT_TICKS = 20;
  private static final int SYNC_TICKS = 4;
  private static final int SNAPSHOTS_KEPT = 3;

  /** From the client port of a server to the ports on which servers talk; 2181, 2888 and 3888. */
  private static final int PEER_PORT_STEP = 707;

  private static final int ELECTION_PORT_STEP = 1_707;
  private static final int START_SECONDS = 60;

  private final Address address;
  private final AutoCloseable server;
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private EmbeddedZookeeper(Address address, AutoCloseable server, Body body) {
    this.address = address;
    this.server = server;
    this.thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (Exception | LinkageError e) {
                failure.set(e);
              } finally {
                ended.countDown();
              }
            },
            "zookeeper-server");
  }

  /** What the server's thread does until the server ends. */
  private interface Body {
    void run() throws Exception;
  }

  /**
   * Starts a server that is the whole ensemble, and returns when it answers.
   *
   * @param data where it keeps everything; made if it is not there
   * @throws IOException in one line: the address or the folder cannot be used
   */
  public static EmbeddedZookeeper alone(Address bind, Path data) throws IOException {
    prepare(bind, data);
    var main = new Standalone();
    var config = new ServerConfig();
    try {
      var parsed = new QuorumPeerConfig();
      parsed.parseProperties(properties(bind, data));
      config.readFrom(parsed);
    } catch (QuorumPeerConfig.ConfigException e) {
      throw new IOException(bind + ": " + e.getMessage(), e);
    }
    return started(new EmbeddedZookeeper(bind, main::end, () -> main.runFromConfig(config)));
  }

  /**
   * Starts one server of an ensemble, and returns when its port is open; it answers once a majority
   * of the servers runs.
   *
   * @param id which of the servers this is, 1 and up
   * @param servers where each of them is for clients; each also uses the ports {@value
   *     #PEER_PORT_STEP} and {@value #ELECTION_PORT_STEP} above that
   */
  public static EmbeddedZookeeper member(int id, List<Address> servers, Path data)
      throws IOException {
    Address bind = servers.get(id - 1);
    prepare(bind, data);
    requireFree(new Address(bind.host(), bind.port() + PEER_PORT_STEP));
    requireFree(new Address(bind.host(), bind.port() + ELECTION_PORT_STEP));
    Files.writeString(data.resolve("myid"), Integer.toString(id));
    Properties properties = properties(bind, data);
    properties.setProperty("initLimit", Integer.toString(INIT_TICKS));
    properties.setProperty("syncLimit", Integer.toString(SYNC_TICKS));
    for (int i = 0; i < servers.size(); i++) {
      Address each = servers.get(i);
      properties.setProperty(
          "server." + (i + 1),
          each.host()
              + ":"
              + (each.port() + PEER_PORT_STEP)
              + ":"
              + (each.port() + ELECTION_PORT_STEP));
    }
    var config = new QuorumPeerConfig();
    try {
      config.parseProperties(properties);
    } catch (QuorumPeerConfig.ConfigException e) {
      throw new IOException(bind + ": " + e.getMessage(), e);
    }
    var main = new QuorumPeerMain();
    return started(new EmbeddedZookeeper(bind, main::close, () -> main.runFromConfig(config)));
  }

  /** Its own way to end is for subclasses. */
  private static final class Standalone extends ZooKeeperServerMain {
    void end() {
      shutdown();
    }
  }

  private static Properties properties(Address bind, Path data) {
    var properties = new Properties();
    properties.setProperty("dataDir", data.toString());
    properties.setProperty("clientPort", Integer.toString(bind.port()));
    properties.setProperty("clientPortAddress", bind.host());
    properties.setProperty("tickTime", Integer.toString(TICK_MILLIS));
    properties.setProperty("maxClientCnxns", "0");
    properties.setProperty("admin.enableServer", "false");
    properties.setProperty("4lw.commands.whitelist", "ruok");
    properties.setProperty("autopurge.snapRetainCount", Integer.toString(SNAPSHOTS_KEPT));
    properties.setProperty("autopurge.purgeInterval", "1");
    return properties;
  }

  private static void prepare(Address bind, Path data) throws IOException {
    System.setProperty("zookeeper.admin.enableServer", "false");
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new IOException(
          data + ": the data folder cannot be made or written; choose another with --data", e);
    }
    if (!Files.isWritable(data)) {
      throw new IOException(
          data + ": the data folder cannot be written; choose another with --data");
    }
    requireFree(bind);
  }

  private static void requireFree(Address bind) throws IOException {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(bind.host(), bind.port()));
    } catch (IOException e) {
      throw new IOException(
          bind + " cannot be bound (" + e.getMessage() + "); choose another address", e);
    }
  }

  private static EmbeddedZookeeper started(EmbeddedZookeeper starting) throws IOException {
    starting.thread.setDaemon(true);
    starting.thread.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try {
      while (!starting.isListening()) {
        if (starting.ended.await(20, TimeUnit.MILLISECONDS) || System.nanoTime() - end > 0) {
          Throwable why = starting.failure.get();
          starting.close();
          throw new IOException(
              starting.address
                  + ": ZooKeeper did not start: "
                  + (why == null ? "it ended at once" : why.getMessage()),
              why);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      starting.close();
      throw new IOException("interrupted while ZooKeeper was starting", e);
    }
    return starting;
  }

  private boolean isListening() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), TICK_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where clients connect. */
  public Address address() {
    return address;
  }

  /** Waits until the server ends by itself. */
  public void await() throws InterruptedException {
    ended.await();
  }

  @Override
  public void close() {
    try {
      server.close();
      thread.join(TimeUnit.SECONDS.toMillis(START_SECONDS / 6));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      thread.interrupt();
    }
  }
}
