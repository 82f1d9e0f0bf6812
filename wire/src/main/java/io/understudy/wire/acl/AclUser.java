package io.understudy.wire.acl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * A user: who may log in under its name, and what it may do then.
 *
 * @param name as it is given to AUTH
 * @param on whether anybody may log in
 * @param withoutPassword whether any password will do
 * @param hashes SHA-256 of each password, in lower-case hexadecimal
 * @param rights what it may do
 */
public record AclUser(
    String name, boolean on, boolean withoutPassword, Set<String> hashes, Rights rights) {
  /** Who a client is that did not log in, if it needs no password. */
  public static final String DEFAULT = "default";

  /** Makes the set unmodifiable. */
  public AclUser {
    hashes = Set.copyOf(hashes);
  }

  /**
   * Reads the rules of a user, from the first to the last, as ACL SETUSER of a new user does.
   *
   * @param rules with blanks between them
   * @throws IllegalArgumentException in one line that shows no password, if one is not understood
   */
  public static AclUser of(String name, String rules) {
    return new AclRules().read(name, rules);
  }

  /** The same user with one more password. */
  public AclUser withPassword(String password) {
    Set<String> more = new HashSet<>(hashes);
    more.add(hash(password.getBytes(StandardCharsets.UTF_8)));
    return new AclUser(name, on, false, more, rights);
  }

  /** Whether a client may become this user without a word. */
  public boolean isOpen() {
    return on && withoutPassword;
  }

  /**
   * Whether a password is right and the user is on. How long it takes does not depend on how much
   * of it is right.
   */
  public boolean accepts(byte[] password) {
    byte[] given = hash(password).getBytes(StandardCharsets.US_ASCII);
    boolean right = withoutPassword;
    for (String hash : hashes) {
      right |= MessageDigest.isEqual(given, hash.getBytes(StandardCharsets.US_ASCII));
    }
    return on && right;
  }

  static String hash(byte[] password) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Shows no hash: weak passwords can be found from theirs. */
  @Override
  public String toString() {
    return "user " + name + (on ? "" : " (off)");
  }
}
