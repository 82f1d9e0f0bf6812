package io.understudy.app.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.understudy.topology.Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Who may ask for what: by the token, or by a certificate that the port's authority signed. Any
 * thread.
 */
final class Rights {
  private static final String SCHEME = "Bearer ";

  /** Says whether the process is well, and nothing else. */
  private static final String HEALTH = "/healthz";

  private static final Pattern NUMERIC_HOST =
      Pattern.compile("([0-9.]+|\\[[0-9a-fA-F:.]+\\])(:[0-9]{1,5})?");

  private final AdminAccess access;
  private final Address address;
  private final boolean isOnLoopback;
  private final Set<String> hosts;

  /**
   * Knows the port.
   *
   * @param address where it listens
   * @param at the same, looked up
   */
  Rights(AdminAccess access, Address address, InetAddress at) {
    this.access = access;
    this.address = address;
    this.isOnLoopback = at.isLoopbackAddress();
    this.hosts = Set.copyOf(List.of(address.toString(), "localhost:" + address.port()));
  }

  /**
   * Why a question is not even looked at; empty if it is.
   *
   * <p>A web page that a browser shows must not read this port through a name of its own that
   * points here. Every browser says a host; HAProxy's plain checks do not. With TLS, a browser
   * notices by itself.
   */
  Optional<Page> strangeHost(HttpExchange exchange, boolean text) {
    if (access.tls().isPresent()) {
      return Optional.empty();
    }
    return header(exchange, "Host")
        .filter(host -> !hosts.contains(host) && !isItsNumber(host))
        .map(host -> Page.error(text, 403, "ask for it as " + address));
  }

  private boolean isItsNumber(String host) {
    return isOnLoopback
        ? host.equals("127.0.0.1:" + address.port()) || host.equals("[::1]:" + address.port())
        : NUMERIC_HOST.matcher(host).matches();
  }

  /** Why this one may not read; empty if it may. */
  Optional<Page> refusalToRead(HttpExchange exchange, boolean text) {
    boolean open = !access.readsNeedRight() || exchange.getRequestURI().getPath().equals(HEALTH);
    return open ? Optional.empty() : missing(exchange, text, "reading here needs");
  }

  /** Why this one may not change anything; empty if it may. */
  Optional<Page> refusalToChange(HttpExchange exchange, boolean text) {
    if (access.tls().isEmpty() && !isFromThisMachine(exchange)) {
      return Optional.of(
          Page.error(
              text,
              403,
              "changes are taken from this machine only: a token would cross the network in plain"
                  + " text; set admin.tls"));
    }
    return missing(exchange, text, "changes need");
  }

  private Optional<Page> missing(HttpExchange exchange, boolean text, String what) {
    if (showsCertificate(exchange)) {
      return Optional.empty();
    }
    Optional<String> expected = access.token().get();
    if (expected.isEmpty()) {
      return Optional.of(Page.error(text, 503, "the token cannot be read; the log says why"));
    }
    String given = header(exchange, "Authorization").orElse("");
    boolean known =
        given.startsWith(SCHEME)
            && MessageDigest.isEqual(
                expected.get().getBytes(StandardCharsets.UTF_8),
                given.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8));
    return known
        ? Optional.empty()
        : Optional.of(
            Page.error(
                text, 401, what + " the token that is in the file admin-token of failover.state"));
  }

  /** One that the port's own authority signed: another one does not get through the handshake. */
  private static boolean showsCertificate(HttpExchange exchange) {
    if (!(exchange instanceof HttpsExchange secure)) {
      return false;
    }
    try {
      return secure.getSSLSession().getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }

  private static boolean isFromThisMachine(HttpExchange exchange) {
    return isThisMachine(
        exchange.getRemoteAddress().getAddress(), exchange.getLocalAddress().getAddress());
  }

  /**
   * Whether both ends of a connection are here.
   *
   * @param at the address of this machine that the connection came to
   */
  static boolean isThisMachine(InetAddress from, InetAddress at) {
    return from.isLoopbackAddress() || from.equals(at);
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }
}
