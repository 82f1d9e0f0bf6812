package io.understudy.app.config;

import io.understudy.wire.acl.AclUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code users} of a listener: each has a name of its own and rules that are understood. */
final class UserSection {
  private static final int MOST_USERS = 1_000;

  private UserSection() {}

  /** The users of a listener; empty if the servers judge who may do what. */
  static List<Configuration.User> read(Section listener) {
    List<Configuration.User> users = new ArrayList<>();
    Map<String, String> places = new HashMap<>();
    Optional<Value> written = listener.get("users");
    if (written.isEmpty()) {
      return users;
    }
    List<Value> items = written.get().items("a list of users, each with name and rules");
    if (items.size() > MOST_USERS) {
      written.get().problem("has too many users; at most " + MOST_USERS + " are possible");
      return users;
    }
    for (Value item : items) {
      item.section(List.of("name", "rules", "password", "as"))
          .ifPresent(section -> user(section, places).ifPresent(users::add));
    }
    return users;
  }

  private static Optional<Configuration.User> user(Section section, Map<String, String> places) {
    Optional<String> name =
        section
            .require("name", "write the name that clients give to AUTH")
            .flatMap(value -> name(value, places));
    Optional<Secret> password = section.get("password").flatMap(Value::secret);
    Optional<Configuration.Credentials> as = GroupSection.credentials(section, "as");
    Optional<Value> rules = section.require("rules", "write rules such as \"on ~orders:* +@read\"");
    return name.flatMap(
        n ->
            rules
                .flatMap(value -> acl(value, n, password, section.get("password").isPresent()))
                .map(acl -> new Configuration.User(acl, as)));
  }

  private static Optional<String> name(Value value, Map<String, String> places) {
    return value
        .text("a name")
        .filter(
            name -> {
              if (name.chars().anyMatch(c -> c <= ' ')) {
                value.problem("'" + name + "' has a blank in it; no client could log in so");
                return false;
              }
              Optional<String> place = Optional.ofNullable(places.putIfAbsent(name, value.path()));
              place.ifPresent(
                  p -> value.problem("'" + name + "' is already " + p + "; choose another name"));
              return place.isEmpty();
            });
  }

  private static Optional<AclUser> acl(
      Value rules, String name, Optional<Secret> password, boolean hasPassword) {
    return rules
        .text("rules")
        .flatMap(
            text -> {
              try {
                AclUser user = AclUser.of(name, text);
                AclUser whole = password.map(p -> user.withPassword(p.reveal())).orElse(user);
                if (whole.on() && !whole.withoutPassword() && whole.hashes().isEmpty()) {
                  if (!hasPassword) {
                    rules.problem(
                        "nobody can log in as '"
                            + name
                            + "'; add the key 'password', or a rule: >PASSWORD, #HASH (in quotes),"
                            + " nopass");
                  }
                  return Optional.empty();
                }
                return Optional.of(whole);
              } catch (IllegalArgumentException e) {
                rules.problem(String.valueOf(e.getMessage()));
                return Optional.empty();
              }
            });
  }
}
