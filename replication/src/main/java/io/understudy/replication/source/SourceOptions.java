package io.understudy.replication.source;

import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How to reach a source and what to say to it.
 *
 * @param address where it listens
 * @param login empty if it needs none
 * @param tls empty for a plain connection
 * @param listeningPort the port that the source shows in its list of replicas
 * @param connectTimeout for the connection alone
 * @param silence a link that brings nothing for this long is lost; the source's own {@code
 *     repl-timeout} is 60 seconds, and it pings every 10
 */
public record SourceOptions(
    Address address,
    Optional<Login> login,
    Optional<TlsClient> tls,
    int listeningPort,
    Duration connectTimeout,
    Duration silence) {

  /** The same with another address. */
  public SourceOptions at(Address other) {
    return new SourceOptions(other, login, tls, listeningPort, connectTimeout, silence);
  }

  /** The same over TLS. */
  public SourceOptions over(Optional<TlsClient> client) {
    return new SourceOptions(address, login, client, listeningPort, connectTimeout, silence);
  }

  /** As servers connect to their primaries. */
  public static SourceOptions of(Address address, Optional<Login> login, int listeningPort) {
    return new SourceOptions(
        address,
        login,
        Optional.empty(),
        listeningPort,
        Duration.ofSeconds(5),
        Duration.ofSeconds(60));
  }

  /**
   * Who we are to the source.
   *
   * @param username empty for the {@code default} user
   */
  public record Login(Optional<String> username, String password) {
    /** How to log in. */
    List<String> words() {
      return username
          .map(user -> List.of("AUTH", user, password))
          .orElseGet(() -> List.of("AUTH", password));
    }

    /** Without the password. */
    @Override
    public String toString() {
      return username.orElse("the default user");
    }
  }
}
