package io.understudy.app.config;

import io.understudy.topology.Address;
import io.understudy.wire.tls.ServerTls;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code admin}: a port of loopback unless the file says who may read at another one, and a
 * token that crosses no network in plain text.
 */
final class AdminSection {
  private AdminSection() {}

  static Configuration.Admin read(Section top, List<Configuration.Listener> listeners) {
    Section admin = top.section("admin", List.of("bind", "reads", "tls"));
    Optional<Configuration.AdminReads> reads =
        admin.get("reads").flatMap(value -> value.choice(Configuration.AdminReads.values()));
    Optional<ServerTls> tls = TlsSection.ofPort(admin);
    boolean isPlain = admin.get("tls").isEmpty();
    return new Configuration.Admin(
        admin
            .get("bind")
            .flatMap(value -> bind(value, listeners))
            .filter(bind -> isGuarded(admin, bind, reads, isPlain))
            .orElse(Defaults.ADMIN_BIND),
        reads.orElse(Defaults.ADMIN_READS),
        tls);
  }

  private static Optional<Address> bind(Value value, List<Configuration.Listener> listeners) {
    Optional<Address> bind = value.address();
    if (listeners.stream().anyMatch(l -> Optional.of(l.bind()).equals(bind))) {
      value.problem("'" + value.rawText() + "' is already a listener's; choose another port");
      return Optional.empty();
    }
    return bind;
  }

  /** Beyond loopback, somebody must have thought of who is there. */
  private static boolean isGuarded(
      Section admin, Address bind, Optional<Configuration.AdminReads> reads, boolean isPlain) {
    if (isLoopback(bind.host())) {
      return true;
    }
    if (admin.get("reads").isEmpty()) {
      admin
          .get("bind")
          .ifPresent(
              value ->
                  value.problem(
                      "'"
                          + bind
                          + "' is not a loopback address; write who may read there, reads: open or"
                          + " reads: token, or write 127.0.0.1:"
                          + bind.port()));
      return false;
    }
    if (isPlain && reads.equals(Optional.of(Configuration.AdminReads.TOKEN))) {
      admin
          .get("reads")
          .ifPresent(
              value ->
                  value.problem(
                      "a token would cross the network in plain text at '"
                          + bind
                          + "'; write 'tls' too, or reads: open"));
      return false;
    }
    return true;
  }

  private static boolean isLoopback(String host) {
    try {
      boolean numeric = Character.isDigit(host.charAt(0)) || host.indexOf(':') >= 0;
      return host.equals("localhost")
          || (numeric && InetAddress.getByName(host).isLoopbackAddress());
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
