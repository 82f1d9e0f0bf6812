package io.understudy.proxy;

import io.understudy.proxy.route.ReadPolicy;

/**
 * An address the proxy listens at, and the group it leads to.
 *
 * @param host a name or an IP address of this machine, without brackets; {@code 0.0.0.0} or {@code
 *     ::} for all
 * @param port 0 for any free one, otherwise up to 65535
 * @param group the group's name
 * @param reads where its reads go
 */
public record Listener(String host, int port, String group, ReadPolicy reads) {
  private static final int MAX_PORT = 65_535;

  /** One whose reads go to the primary. */
  public Listener(String host, int port, String group) {
    this(host, port, group, ReadPolicy.PRIMARY);
  }

  /** Refuses a port that does not exist. */
  public Listener {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          port + " is not a port; write a number from 0 to " + MAX_PORT);
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
