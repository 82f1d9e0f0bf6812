package io.understudy.app.config;

import io.understudy.topology.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads {@code failover.keeper}, {@code failover.zookeeper} and {@code
 * failover.whenCoordinatorLost}.
 */
final class ZookeeperSection {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern PREFIX = Pattern.compile("(/[A-Za-z0-9._-]+)+");
  private static final Pattern IP_ADDRESS = Pattern.compile("\\d+(\\.\\d+){3}|.*:.*");
  private static final Duration SHORTEST_SESSION = Duration.ofSeconds(2);
  private static final Duration LONGEST_SESSION = Duration.ofMinutes(1);

  private ZookeeperSection() {}

  /** Who this keeper is; needed exactly when several decide together. */
  static Optional<Configuration.Member> member(
      Section failover, Configuration.Coordinator coordinator) {
    Optional<Value> keeper = failover.get("keeper");
    if (coordinator != Configuration.Coordinator.ZOOKEEPER) {
      keeper.ifPresent(
          v -> v.problem("is used only with coordinator: zookeeper; remove it, or write that"));
      return Optional.empty();
    }
    return failover
        .require("keeper", "write { id: k1, members: [k1, k2, k3] }")
        .flatMap(v -> v.section(List.of("id", "members")))
        .flatMap(ZookeeperSection::member);
  }

  private static Optional<Configuration.Member> member(Section keeper) {
    Optional<String> id =
        keeper.require("id", "write a name for this keeper, such as k1").flatMap(v -> id(v));
    List<String> members = new ArrayList<>();
    Optional<Value> list = keeper.require("members", "write the ids of all keepers");
    for (Value item : list.stream().flatMap(v -> v.items("a list of ids").stream()).toList()) {
      id(item)
          .ifPresent(
              member -> {
                if (members.contains(member)) {
                  item.problem("'" + member + "' is there twice; remove one");
                }
                members.add(member);
              });
    }
    if (id.isPresent() && list.isPresent() && !members.contains(id.get())) {
      list.get().problem("'" + id.get() + "', this keeper's own id, is not among them; add it");
      return Optional.empty();
    }
    return id.map(own -> new Configuration.Member(own, members));
  }

  private static Optional<String> id(Value value) {
    return value
        .text("an id")
        .filter(
            id -> {
              boolean right = ID.matcher(id).matches();
              if (!right) {
                value.problem(
                    "'" + id + "' is not an id; use up to 64 letters, digits, '.', '_' and '-'");
              }
              return right;
            });
  }

  /** What proxies do while ZooKeeper is gone. */
  static Configuration.WhenCoordinatorLost whenLost(
      Section failover,
      Configuration.Coordinator coordinator,
      List<Configuration.Group> groups,
      List<Address> standbys) {
    Optional<Value> written = failover.get("whenCoordinatorLost");
    if (coordinator != Configuration.Coordinator.ZOOKEEPER) {
      written.ifPresent(
          v ->
              v.problem(
                  "is used only with coordinator: zookeeper, whose keepers tell the proxies; remove"
                      + " it, or write that"));
      return Defaults.WHEN_COORDINATOR_LOST;
    }
    return written
        .flatMap(
            value ->
                value
                    .choice(Configuration.WhenCoordinatorLost.values())
                    .filter(
                        chosen ->
                            chosen != Configuration.WhenCoordinatorLost.VERIFY
                                || canVerify(value, groups, standbys)))
        .orElse(Defaults.WHEN_COORDINATOR_LOST);
  }

  private static boolean canVerify(
      Value value, List<Configuration.Group> groups, List<Address> standbys) {
    Optional<String> durable =
        groups.stream()
            .filter(group -> group.durability().isPresent())
            .map(Configuration.Group::name)
            .findFirst();
    durable.ifPresent(
        group ->
            value.problem(
                "'verify' cannot be had together with durability, which group "
                    + group
                    + " has; write freeze, or remove that"));
    Optional<Address> named =
        Stream.concat(groups.stream().flatMap(group -> group.nodes().stream()), standbys.stream())
            .filter(node -> !IP_ADDRESS.matcher(node.host()).matches())
            .findFirst();
    named.ifPresent(
        node ->
            value.problem(
                "'verify' knows replicas by the IP addresses that a primary shows, and '"
                    + node
                    + "' is a name; write freeze, or addresses"));
    return durable.isEmpty() && named.isEmpty();
  }

  /** How to reach ZooKeeper; needed unless this process decides alone. */
  static Optional<Configuration.Zookeeper> zookeeper(
      Section failover, Configuration.Coordinator coordinator) {
    if (coordinator == Configuration.Coordinator.LOCAL) {
      failover
          .get("zookeeper")
          .ifPresent(
              v ->
                  v.problem(
                      "is used only with coordinator: zookeeper or follow; remove it, or write"
                          + " one of them"));
      return Optional.empty();
    }
    return failover
        .require("zookeeper", "write at least { connect: \"host:2181\" }")
        .flatMap(v -> v.section(List.of("connect", "prefix", "auth", "tls", "session")))
        .flatMap(ZookeeperSection::zookeeper);
  }

  private static Optional<Configuration.Zookeeper> zookeeper(Section section) {
    Optional<String> connect =
        section
            .require("connect", "write host:2181, or several with commas between them")
            .flatMap(ZookeeperSection::connect);
    String prefix =
        section.get("prefix").flatMap(ZookeeperSection::prefix).orElse(Defaults.ZOOKEEPER_PREFIX);
    Duration session =
        section
            .get("session")
            .flatMap(v -> v.duration(SHORTEST_SESSION, LONGEST_SESSION))
            .orElse(Defaults.ZOOKEEPER_SESSION);
    Optional<Configuration.ZookeeperLogin> auth =
        section
            .get("auth")
            .flatMap(v -> v.section(List.of("username", "password", "mechanism")))
            .flatMap(ZookeeperSection::auth);
    Optional<Configuration.Tls> tls =
        section
            .get("tls")
            .flatMap(
                v ->
                    v.section(
                        List.of(
                            "trustStore", "trustStorePassword", "keyStore", "keyStorePassword")))
            .flatMap(ZookeeperSection::tls);
    return connect.map(c -> new Configuration.Zookeeper(c, prefix, auth, tls, session));
  }

  private static Optional<String> connect(Value value) {
    return value
        .text("host:2181, or several with commas between them")
        .filter(
            text -> {
              for (String server : text.split(",", -1)) {
                try {
                  Address.parse(server.strip());
                } catch (IllegalArgumentException e) {
                  value.problem(String.valueOf(e.getMessage()));
                  return false;
                }
              }
              return true;
            })
        .map(text -> text.replace(" ", ""));
  }

  private static Optional<String> prefix(Value value) {
    return value
        .text("a path such as /understudy")
        .filter(
            text -> {
              boolean right = PREFIX.matcher(text).matches() && !text.contains("/.");
              if (!right) {
                value.problem("'" + text + "' is not a path; write one such as /understudy");
              }
              return right;
            });
  }

  private static Optional<Configuration.ZookeeperLogin> auth(Section auth) {
    Optional<String> username =
        auth.require("username", "write the user's name").flatMap(v -> v.text("a name"));
    Configuration.ZookeeperMechanism mechanism =
        auth.get("mechanism")
            .flatMap(v -> v.choice(Configuration.ZookeeperMechanism.values()))
            .orElse(Configuration.ZookeeperMechanism.DIGEST);
    return auth.require("password", "write a text, \"${VARIABLE}\" or file:PATH")
        .flatMap(Value::secret)
        .filter(password -> username.isPresent())
        .map(
            password ->
                new Configuration.ZookeeperLogin(
                    new Configuration.Credentials(username, password), mechanism));
  }

  private static Optional<Configuration.Tls> tls(Section tls) {
    Optional<Path> trust =
        tls.require("trustStore", "write the file with the certificates that are trusted")
            .flatMap(ZookeeperSection::file);
    Optional<Secret> trustPassword = tls.get("trustStorePassword").flatMap(Value::secret);
    Optional<Path> key = tls.get("keyStore").flatMap(ZookeeperSection::file);
    Optional<Secret> keyPassword = tls.get("keyStorePassword").flatMap(Value::secret);
    return trust.map(t -> new Configuration.Tls(t, trustPassword, key, keyPassword));
  }

  private static Optional<Path> file(Value value) {
    return value
        .text("a file")
        .map(name -> value.source().directory().resolve(name))
        .filter(
            file -> {
              boolean readable = Files.isReadable(file) && !Files.isDirectory(file);
              if (!readable) {
                value.problem("'" + file + "' is no file that this user can read");
              }
              return readable;
            });
  }
}
