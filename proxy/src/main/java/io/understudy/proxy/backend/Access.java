package io.understudy.proxy.backend;

import io.understudy.proxy.route.Credentials;
import io.understudy.wire.tls.TlsClient;
import java.util.Optional;

/**
 * How the nodes of a group are reached. It may be replaced while connections are open: those that
 * begin later follow the new one.
 *
 * @param credentials as whom the proxy proves that a node is the primary, or {@link
 *     Credentials#NONE} for the session's own user
 * @param tls the client's end of TLS; empty for plain connections
 */
public record Access(Credentials credentials, Optional<TlsClient> tls) {
  /** Plain, as the session's own user. */
  public static final Access PLAIN = new Access(Credentials.NONE, Optional.empty());

  /** The same with other credentials. */
  public Access with(Credentials other) {
    return new Access(other, tls);
  }
}
