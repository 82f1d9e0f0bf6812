package io.understudy.proxy.backend;

import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.Places;
import io.understudy.wire.tls.TlsClient;
import java.util.Optional;

/**
 * How the nodes of a group are reached, and which are asked rather than others. It may be replaced
 * while connections are open: those that begin later, and reads that are sent later, follow the new
 * one.
 *
 * @param credentials as whom the proxy proves that a node is the primary, or {@link
 *     Credentials#NONE} for the session's own user
 * @param tls the client's end of TLS; empty for plain connections
 * @param places which nodes reads prefer
 */
public record Access(Credentials credentials, Optional<TlsClient> tls, Places places) {
  /** Plain, as the session's own user. */
  public static final Access PLAIN = new Access(Credentials.NONE, Optional.empty());

  /** The way to nodes that are alike. */
  public Access(Credentials credentials, Optional<TlsClient> tls) {
    this(credentials, tls, Places.ALIKE);
  }

  /** The same with other credentials. */
  public Access with(Credentials other) {
    return new Access(other, tls, places);
  }

  /** The same with other preferences. */
  public Access with(Places others) {
    return new Access(credentials, tls, others);
  }
}
