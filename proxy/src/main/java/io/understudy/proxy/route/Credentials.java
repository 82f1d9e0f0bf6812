package io.understudy.proxy.route;

/**
 * A user of the servers and the password it gave.
 *
 * <p>Sessions that gave the same user and password share backends; another password makes another
 * pool, so that nobody profits from somebody else's.
 *
 * @param user the user's name, as Latin-1 for the bytes that were sent; empty for the form {@code
 *     AUTH password}
 * @param password the password, as Latin-1 for the bytes that were sent
 * @param isOfGroup whether they stand for the group's own, whatever these are when a connection
 *     begins; no client can give such
 */
public record Credentials(String user, String password, boolean isOfGroup) {
  /** Of a session that did not authenticate: it is what the server's default user may do. */
  public static final Credentials NONE = new Credentials("", "");

  /** The group's own user: of sessions whose user is known at the proxy alone. */
  public static final Credentials OF_GROUP = new Credentials("", "", true);

  /** What a client or the configuration gave. */
  public Credentials(String user, String password) {
    this(user, password, false);
  }

  /** Whether this stands for a session that did not authenticate. */
  public boolean isNone() {
    return user.isEmpty() && password.isEmpty() && !isOfGroup;
  }

  /** The user whose rights these give. */
  public String effectiveUser() {
    return user.isEmpty() ? "default" : user;
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    return isOfGroup ? "the group's user" : isNone() ? "no credentials" : "user " + effectiveUser();
  }
}
