package io.understudy.wire.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a listener shows to clients, and what it asks of them.
 *
 * @param identity what a client is shown that names no host, or one that is not listed
 * @param named what clients are shown that ask for certain hosts (SNI); the first that fits
 * @param clientAuthorities who may sign clients' certificates; empty if none are asked for
 * @param clientsMayHaveNone whether a client without a certificate is let in; a wrong one never is
 */
public record ServerTls(
    KeyFiles identity,
    List<Named> named,
    Optional<Path> clientAuthorities,
    boolean clientsMayHaveNone) {
  /** Makes the list unmodifiable. */
  public ServerTls {
    named = List.copyOf(named);
  }

  /** A listener that shows one certificate and asks for none. */
  public static ServerTls of(KeyFiles identity) {
    return new ServerTls(identity, List.of(), Optional.empty(), false);
  }

  /**
   * A certificate for certain hosts.
   *
   * @param host a host's name; {@code *.} in front stands for exactly one label
   */
  public record Named(String host, KeyFiles identity) {}
}
