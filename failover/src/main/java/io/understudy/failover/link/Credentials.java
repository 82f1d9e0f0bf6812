package io.understudy.failover.link;

import java.util.Optional;

/**
 * What a keeper says to a server that wants to know who asks. Never printed.
 *
 * @param username the ACL user; empty for the default user
 * @param password in plain text
 */
public record Credentials(Optional<String> username, String password) {
  /** Names the user and hides the password. */
  @Override
  public String toString() {
    return username.orElse("default user") + " with a password";
  }
}
