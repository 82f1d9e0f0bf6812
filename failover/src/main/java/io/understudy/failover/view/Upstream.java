package io.understudy.failover.view;

import io.understudy.topology.Address;
import java.util.OptionalLong;

/**
 * What a replica says of the node it follows.
 *
 * @param host {@code master_host}, as it was given to REPLICAOF
 * @param port {@code master_port}; {@link #GATE_PORT} when it is gated
 * @param linkUp {@code master_link_status:up}. Never proof of life: a stopped primary is called up
 *     until {@code repl-timeout}
 * @param syncInProgress {@code master_sync_in_progress:1}: its data is being replaced
 * @param lastIoSecondsAgo {@code master_last_io_seconds_ago}; empty while the link is down
 */
public record Upstream(
    String host, int port, boolean linkUp, boolean syncInProgress, OptionalLong lastIoSecondsAgo) {
  /** The host of the gate, where nothing ever listens for replicas. */
  public static final String GATE_HOST = "127.0.0.1";

  /** The port of the gate. Nothing can listen on it. */
  public static final int GATE_PORT = 0;

  /**
   * Whether it follows nothing at all, which a keeper ordered: data and history stay as they are.
   */
  public boolean isGate() {
    return port == GATE_PORT;
  }

  /** Whether it was told to follow the server at {@code address}. */
  public boolean isAt(Address address) {
    return port == address.port() && host.equals(address.host());
  }

  @Override
  public String toString() {
    return isGate() ? "nothing (gated)" : host + ":" + port + (linkUp ? " (up)" : " (down)");
  }
}
