package io.understudy.zookeeper;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach the ensemble.
 *
 * @param connect servers as {@code host:port}, separated by commas
 * @param prefix the absolute path below which everything is kept; keepers that belong together have
 *     the same
 * @param login the user that owns what is created; empty where anybody may change it
 * @param tls empty for plain connections
 * @param session how long the ensemble waits for a client that it does not hear; every lease is a
 *     part of it
 */
public record ZookeeperOptions(
    String connect, String prefix, Optional<Login> login, Optional<Tls> tls, Duration session) {

  /** Long enough for the election of another ZooKeeper leader, short enough for a dead keeper. */
  public static final Duration USUAL_SESSION = Duration.ofSeconds(6);

  /** A user with a password. Its text form never shows the password. */
  public record Login(String username, String password, Kind kind) {

    /** How the user logs in. */
    public enum Kind {
      /** ZooKeeper's own: the ensemble needs to know nothing, and permissions name the digest. */
      DIGEST,
      /** SASL's DIGEST-MD5: the servers know the users, and permissions name the user. */
      SASL
    }

    /** A digest user. */
    public Login(String username, String password) {
      this(username, password, Kind.DIGEST);
    }

    @Override
    public String toString() {
      return username;
    }
  }

  /**
   * Certificates, as files that ZooKeeper's client reads: PEM, JKS or PKCS12 by their ending.
   *
   * @param trustStore which servers are believed
   * @param keyStore who this process is; empty where servers do not ask
   */
  public record Tls(
      Path trustStore,
      Optional<String> trustStorePassword,
      Optional<Path> keyStore,
      Optional<String> keyStorePassword) {
    @Override
    public String toString() {
      return "TLS, trusting " + trustStore;
    }
  }
}
