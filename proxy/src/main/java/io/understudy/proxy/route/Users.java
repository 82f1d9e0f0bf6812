package io.understudy.proxy.route;

import io.understudy.wire.acl.AclUser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The users of a listener, who log in at the proxy. Immutable; any thread.
 *
 * @param all each name once
 */
public record Users(List<User> all) {
  /** Makes the list unmodifiable, and refuses none, and two of one name. */
  public Users {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("nobody could log in");
    }
    Map<String, User> byName = new LinkedHashMap<>();
    for (User user : all) {
      if (byName.put(user.acl().name(), user) != null) {
        throw new IllegalArgumentException("there are two users '" + user.acl().name() + "'");
      }
    }
  }

  /**
   * One of them.
   *
   * @param acl who may log in as it, and what it may do
   * @param as as whom its commands are run on the servers; {@link Credentials#OF_GROUP} for the
   *     group's own user
   */
  public record User(AclUser acl, Credentials as) {}

  /** The user of a name. */
  public Optional<User> named(String name) {
    return all.stream().filter(user -> user.acl().name().equals(name)).findFirst();
  }
}
