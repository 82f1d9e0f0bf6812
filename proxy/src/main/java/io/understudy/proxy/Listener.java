package io.understudy.proxy;

import io.understudy.proxy.route.Admission;
import io.understudy.proxy.route.ReadPolicy;
import io.understudy.proxy.route.Routes;
import io.understudy.proxy.route.Users;
import io.understudy.wire.tls.TlsServer;
import java.util.Optional;

/**
 * An address the proxy listens at, and the groups it leads to.
 *
 * @param host a name or an IP address of this machine, without brackets; {@code 0.0.0.0} or {@code
 *     ::} for all
 * @param port 0 for any free one, otherwise up to 65535
 * @param routes which keys belong to which group
 * @param reads where its reads go
 * @param admission how many clients it takes
 * @param users who may log in; empty if the servers judge that
 * @param tls the server's end of TLS; empty for plain connections
 */
public record Listener(
    String host,
    int port,
    Routes routes,
    ReadPolicy reads,
    Admission admission,
    Optional<Users> users,
    Optional<TlsServer> tls) {
  private static final int MAX_PORT = 65_535;

  /** One whose reads go to the primary. */
  public Listener(String host, int port, String group) {
    this(host, port, group, ReadPolicy.PRIMARY);
  }

  /** A plain one that takes as many clients as the proxy does. */
  public Listener(String host, int port, String group, ReadPolicy reads) {
    this(host, port, Routes.to(group), reads, Admission.ANY, Optional.empty(), Optional.empty());
  }

  /** The same for other clients. */
  public Listener with(Admission other) {
    return new Listener(host, port, routes, reads, other, users, tls);
  }

  /** The same for other routes. */
  public Listener with(Routes others) {
    return new Listener(host, port, others, reads, admission, users, tls);
  }

  /** The same with users of its own. */
  public Listener with(Users some) {
    return new Listener(host, port, routes, reads, admission, Optional.of(some), tls);
  }

  /** The group of keys that no route takes. */
  public String group() {
    return routes.usual();
  }

  /** The same over TLS. */
  public Listener with(TlsServer server) {
    return new Listener(host, port, routes, reads, admission, users, Optional.of(server));
  }

  /** Refuses a port that does not exist. */
  public Listener {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          port + " is not a port; write a number from 0 to " + MAX_PORT);
    }
    if (reads.spreads() && !routes.isOne()) {
      throw new IllegalArgumentException(
          "a listener with routes reads from primaries; remove its routes, or its reads");
    }
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
