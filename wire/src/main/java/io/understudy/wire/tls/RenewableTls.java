package io.understudy.wire.tls;

/** What is made of files that may be renewed while connections are open. */
public interface RenewableTls {
  /**
   * Looks at the files, and uses new ones for connections that begin from now on.
   *
   * @return whether they had changed
   * @throws TlsException when they changed and cannot be used; the old ones are still used
   */
  boolean renew() throws TlsException;
}
