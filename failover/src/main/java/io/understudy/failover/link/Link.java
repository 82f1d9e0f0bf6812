package io.understudy.failover.link;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.understudy.topology.RunId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One control connection to one run of a server, which never reconnects: what was sent on it went
 * to that run or nowhere.
 *
 * <p>Its commands may be given from any thread, but a transaction must be given by one thread
 * without anything between. {@link #runId} and {@link #clientId} belong to the thread that got the
 * link.
 */
public final class Link {
  private final StatefulRedisConnection<String, String> connection;
  private Optional<RunId> runId = Optional.empty();
  private OptionalLong clientId = OptionalLong.empty();

  Link(StatefulRedisConnection<String, String> connection) {
    this.connection = connection;
  }

  /** The commands, each giving a future that fails when the connection ends. */
  public RedisAsyncCommands<String, String> commands() {
    return connection.async();
  }

  /** Whether the connection is still there, as far as this end knows. */
  public boolean isOpen() {
    return connection.isOpen();
  }

  /** The run at the other end; empty until INFO was answered on this very connection. */
  public Optional<RunId> runId() {
    return runId;
  }

  /** Notes what INFO said on this connection. */
  public void confirmRun(RunId seen) {
    runId = Optional.of(seen);
  }

  /** The server's number for this connection; empty until known. */
  public OptionalLong clientId() {
    return clientId;
  }

  /** Notes what CLIENT ID said on this connection. */
  public void confirmClientId(long seen) {
    clientId = OptionalLong.of(seen);
  }

  /** Closes the connection without waiting; what was sent may still be carried out. */
  public void close() {
    var unused = connection.closeAsync();
  }
}
