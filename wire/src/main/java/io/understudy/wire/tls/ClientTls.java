package io.understudy.wire.tls;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a connection to a server asks of it, and shows to it.
 *
 * @param authorities who may sign servers' certificates; empty for those the JVM trusts
 * @param identity what is shown to servers that ask for a certificate
 * @param serverName what servers' certificates must name, and what is asked for (SNI); empty for
 *     the host that is connected to
 * @param verifies whether certificates are looked at at all; without, anybody in between can read
 *     along
 */
public record ClientTls(
    Optional<Path> authorities,
    Optional<KeyFiles> identity,
    Optional<String> serverName,
    boolean verifies) {
  /** One that trusts the authorities in a file. */
  public static ClientTls trusting(Path authorities) {
    return new ClientTls(Optional.of(authorities), Optional.empty(), Optional.empty(), true);
  }
}
