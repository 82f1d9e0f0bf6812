package io.understudy.proxy.route;

/**
 * The state of a connection that decides who may share it: sessions of one group whose keys are
 * equal get the same replies from the same connection.
 *
 * @param credentials as whom it is authenticated
 * @param database the number given to SELECT, 0 and up
 * @param protocol 2 or 3, as given to HELLO
 */
public record PoolKey(Credentials credentials, int database, int protocol) {
  /** What a new connection is. */
  public static final PoolKey FRESH = new PoolKey(Credentials.NONE, 0, 2);

  /** Refuses a protocol that does not exist. */
  public PoolKey {
    if ((protocol != 2 && protocol != 3) || database < 0) {
      throw new IllegalArgumentException("no such state: RESP" + protocol + ", db " + database);
    }
  }

  /** The same but for the database. */
  public PoolKey withDatabase(int number) {
    return new PoolKey(credentials, number, protocol);
  }

  /** The same but for the protocol. */
  public PoolKey withProtocol(int version) {
    return new PoolKey(credentials, database, version);
  }

  /** The same but for the user. */
  public PoolKey withCredentials(Credentials others) {
    return new PoolKey(others, database, protocol);
  }
}
