package io.understudy.app.probe;

import io.understudy.app.config.Configuration;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.TlsClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Asks one node once whether Understudy could work with it. It changes nothing there. */
public final class NodeProbe {
  /** The oldest server that is supported: Redis 6.0. */
  private static final int OLDEST_MAJOR = 6;

  private final Duration timeout;

  /**
   * Makes a probe.
   *
   * @param timeout for connecting, and again for each reply
   */
  public NodeProbe(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * What was found at an address.
   *
   * @param usable whether Understudy could work with it
   * @param words what it is, or what is wrong with it and what to do; never a secret
   */
  public record Finding(boolean usable, String words) {}

  /** Looks a host up. */
  public static Finding resolve(Address address) {
    try {
      String numeric = InetAddress.getByName(address.host()).getHostAddress();
      boolean same = numeric.equals(address.host()) || address.host().indexOf(':') >= 0;
      return new Finding(true, same ? "" : "resolves to " + numeric);
    } catch (UnknownHostException e) {
      return new Finding(
          false, "cannot be resolved; correct the name, or add it to DNS or /etc/hosts");
    }
  }

  /**
   * Connects, logs in and reads INFO.
   *
   * @param tls empty for a plain connection
   */
  public Finding connect(
      Address address, Optional<Configuration.Credentials> auth, Optional<ClientTls> tls) {
    try (RespConnection connection =
        tls.isPresent()
            ? RespConnection.open(address, timeout, TlsClient.of(tls.get()))
            : RespConnection.open(address, timeout)) {
      if (auth.isPresent()) {
        String password = auth.get().password().reveal();
        Reply reply =
            auth.get().username().isPresent()
                ? connection.ask("AUTH", auth.get().username().get(), password)
                : connection.ask("AUTH", password);
        if (reply instanceof Reply.Failure failure && !failure.message().startsWith("LOADING")) {
          return new Finding(
              false, "refuses the login (" + failure.message() + "); correct the group's auth");
        }
      }
      return read(connection.ask("INFO"));
    } catch (UnknownHostException e) {
      return resolve(address);
    } catch (SSLException e) {
      return new Finding(false, "TLS failed (" + e.getMessage() + "); correct the group's tls");
    } catch (ConnectException e) {
      return new Finding(false, "refuses connections; start the server, or correct the address");
    } catch (SocketTimeoutException e) {
      return new Finding(
          false,
          "does not answer within " + timeout.toMillis() + " ms; is it stopped, or firewalled?");
    } catch (IOException e) {
      return new Finding(false, e.getMessage() + "; correct the address");
    }
  }

  private static Finding read(Reply reply) {
    return switch (reply) {
      case Reply.Failure failure when failure.message().startsWith("NOAUTH") ->
          new Finding(false, "wants a login; write the group's auth");
      case Reply.Failure failure when failure.message().startsWith("NOPERM") ->
          new Finding(
              false, "does not let this user read INFO; README.md lists the rights it needs");
      case Reply.Failure failure -> new Finding(false, "answers INFO with: " + failure.message());
      case Reply.Text info -> judge(info.text());
      case Reply.Count count -> strange();
      case Reply.Items items -> strange();
      case Reply.Nothing nothing -> strange();
    };
  }

  private static Finding strange() {
    return new Finding(false, "is not a Redis or Valkey server; correct the address");
  }

  private static Finding judge(String info) {
    String mode = field(info, "redis_mode").or(() -> field(info, "server_mode")).orElse("");
    Optional<String> valkey = field(info, "valkey_version");
    Optional<String> version = valkey.or(() -> field(info, "redis_version"));
    if (version.isEmpty()) {
      return strange();
    }
    String name = (valkey.isPresent() ? "Valkey " : "Redis ") + version.get();
    if (mode.equals("cluster")) {
      return new Finding(
          false, name + " in cluster mode, which fails over by itself; use a plain server");
    }
    if (mode.equals("sentinel")) {
      return new Finding(false, name + " is a Sentinel; name the servers that it watches");
    }
    if (field(info, "understudy_feed").isPresent()) {
      return new Finding(
          false,
          "is a replication feed of Understudy, which holds no data; name the servers that it"
              + " feeds, or its source");
    }
    if (major(version.get()) < OLDEST_MAJOR) {
      return new Finding(false, name + " is too old; use Redis 6.0 or newer, or Valkey");
    }
    String role = field(info, "role").orElse("").equals("master") ? "primary" : "replica";
    return new Finding(true, name + ", " + role);
  }

  private static int major(String version) {
    try {
      return Integer.parseInt(version.substring(0, Math.max(1, version.indexOf('.'))));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Optional<String> field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst();
  }
}
