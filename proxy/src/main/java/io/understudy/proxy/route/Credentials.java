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
 */
public record Credentials(String user, String password) {
  /** Of a session that did not authenticate: it is what the server's default user may do. */
  public static final Credentials NONE = new Credentials("", "");

  /** Whether this stands for a session that did not authenticate. */
  public boolean isNone() {
    return user.isEmpty() && password.isEmpty();
  }

  /** The user whose rights these give. */
  public String effectiveUser() {
    return user.isEmpty() ? "default" : user;
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    return isNone() ? "no credentials" : "user " + effectiveUser();
  }
}
