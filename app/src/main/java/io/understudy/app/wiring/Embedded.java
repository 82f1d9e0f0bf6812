package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.Defaults;
import io.understudy.topology.Address;
import io.understudy.zookeeper.EmbeddedZookeeper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** ZooKeeper's server as a program of its own. */
public final class Embedded implements AutoCloseable {
  private final EmbeddedZookeeper server;

  private Embedded(EmbeddedZookeeper server) {
    this.server = server;
  }

  /**
   * Starts one server.
   *
   * @param servers where clients connect to each of the ensemble's; one for a server that is alone
   * @param id which of them this one is, 1 and up
   * @param data where it keeps everything
   * @throws StartException in one line; nothing is left running
   */
  public static Embedded start(List<Address> servers, int id, Path data) throws StartException {
    Logging.apply(new Configuration.Log(Defaults.LOG_LEVEL, Defaults.LOG_FORMAT));
    try {
      return new Embedded(
          servers.size() == 1
              ? EmbeddedZookeeper.alone(servers.getFirst(), data)
              : EmbeddedZookeeper.member(id, servers, data));
    } catch (IOException e) {
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Waits until it ends by itself. */
  public void await() throws InterruptedException {
    server.await();
  }

  @Override
  public void close() {
    server.close();
  }
}
