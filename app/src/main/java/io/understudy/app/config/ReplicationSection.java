package io.understudy.app.config;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.ValueKind;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.ServerTls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code replication}: sources and their feeds, each at an address of its own. */
final class ReplicationSection {
  private static final int SLOTS = 16_384;
  private static final int MAX_DATABASE = 1 << 20;
  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?: ?- ?(\\d{1,5}))?");

  private final Map<Address, String> places = new HashMap<>();
  private final Map<Path, String> folders = new HashMap<>();
  private final List<Configuration.Group> groups;

  private ReplicationSection(List<Configuration.Group> groups) {
    this.groups = groups;
  }

  static List<SourceConfig> read(
      Section top, List<Configuration.Group> groups, List<Configuration.Listener> listeners) {
    ReplicationSection section = new ReplicationSection(groups);
    listeners.forEach(listener -> section.places.put(listener.bind(), "a listener of the proxy"));
    List<SourceConfig> sources = new ArrayList<>();
    for (Value item :
        top.get("replication").stream()
            .flatMap(v -> v.items("a list of sources, each with source and feeds").stream())
            .toList()) {
      item.section(List.of("source", "auth", "tls", "state", "feeds"))
          .flatMap(section::source)
          .ifPresent(sources::add);
    }
    return sources;
  }

  private Optional<SourceConfig> source(Section section) {
    Optional<Value> written = section.require("source", "write the name of a group, or host:port");
    Optional<SourceConfig.Origin> origin = written.flatMap(this::origin);
    Optional<Configuration.Credentials> auth = GroupSection.credentials(section);
    Optional<ClientTls> tls = TlsSection.ofServers(section);
    Optional<Path> state = section.get("state").flatMap(this::ownFolder);
    List<FeedConfig> feeds = new ArrayList<>();
    for (Value item :
        section.require("feeds", "write a list of feeds, each with listen").stream()
            .flatMap(v -> v.items("a list of feeds, each with listen").stream())
            .toList()) {
      item.section(
              List.of(
                  "listen",
                  "keys",
                  "prefix",
                  "glob",
                  "slots",
                  "exclude",
                  "databases",
                  "types",
                  "values",
                  "rename",
                  "uncuttable",
                  "publish",
                  "functions",
                  "target",
                  "loss",
                  "password",
                  "tls",
                  "backlog",
                  "max-value"))
          .flatMap(this::feed)
          .ifPresent(feeds::add);
    }
    return origin.map(
        from ->
            new SourceConfig(
                written.map(Value::rawText).orElse(""),
                from,
                auth.or(() -> groupOf(from).flatMap(Configuration.Group::auth)),
                tls.or(() -> groupOf(from).flatMap(Configuration.Group::tls)),
                state,
                feeds));
  }

  private Optional<Path> ownFolder(Value value) {
    return value
        .path("a folder")
        .filter(
            folder -> {
              Optional<String> place =
                  Optional.ofNullable(folders.putIfAbsent(folder, value.path()));
              place.ifPresent(
                  p -> value.problem("'" + folder + "' is already " + p + "; each has its own"));
              return place.isEmpty();
            });
  }

  private Optional<Configuration.Group> groupOf(SourceConfig.Origin origin) {
    return switch (origin) {
      case SourceConfig.Origin.Fixed fixed -> Optional.empty();
      case SourceConfig.Origin.OfGroup(String name) ->
          groups.stream().filter(group -> group.name().equals(name)).findFirst();
    };
  }

  private Optional<SourceConfig.Origin> origin(Value value) {
    List<String> names = groups.stream().map(Configuration.Group::name).toList();
    String text = value.rawText();
    if (names.contains(text)) {
      return Optional.of(new SourceConfig.Origin.OfGroup(text));
    }
    if (!text.isEmpty() && text.indexOf(':') < 0) {
      value.problem(
          "there is no group '"
              + text
              + "'; "
              + Spelling.nearest(text, names)
                  .map(n -> "did you mean '" + n + "'?")
                  .orElse("write one of " + String.join(", ", names) + ", or host:port"));
      return Optional.empty();
    }
    return value.address().map(SourceConfig.Origin.Fixed::new);
  }

  private Optional<FeedConfig> feed(Section section) {
    Optional<Address> listen =
        section
            .require("listen", "write the address where replicas connect, such as 0.0.0.0:6401")
            .flatMap(this::ownAddress);
    List<FeedConfig.KeyRule> include = new ArrayList<>();
    rules(section, "keys", ReplicationSection::expression, include);
    rules(section, "prefix", v -> v.text("a text").map(FeedConfig.KeyRule.Prefix::new), include);
    rules(section, "glob", v -> v.text("a glob").map(FeedConfig.KeyRule.Glob::new), include);
    rules(section, "slots", ReplicationSection::slots, include);
    List<FeedConfig.KeyRule> exclude = new ArrayList<>();
    rules(section, "exclude", ReplicationSection::expression, exclude);
    Set<Integer> databases = databases(section);
    Set<ValueKind> types = ValueSection.types(section);
    List<ValueConfig> values = ValueSection.rules(section);
    Optional<FeedConfig.Rename> rename = rename(section);
    Optional<RdbTarget> target = section.get("target").flatMap(ReplicationSection::target);
    RdbTarget.Loss loss =
        section
            .get("loss")
            .flatMap(v -> v.choice(RdbTarget.Loss.values()))
            .orElse(RdbTarget.Loss.REFUSED);
    Optional<Secret> password = section.get("password").flatMap(Value::secret);
    Optional<ServerTls> tls = TlsSection.ofPort(section);
    int backlog =
        section
            .get("backlog")
            .flatMap(v -> v.bytes(1 << 20, 1 << 30))
            .map(Long::intValue)
            .orElse(Defaults.BACKLOG_BYTES);
    int maxValue =
        section
            .get("max-value")
            .flatMap(v -> v.bytes(1 << 20, 256 << 20))
            .map(Long::intValue)
            .orElse(Defaults.MAX_VALUE_BYTES);
    return listen.map(
        at ->
            new FeedConfig(
                at,
                include,
                exclude,
                databases,
                types,
                values,
                rename,
                policies(section),
                target.map(t -> t.withLoss(loss)),
                loss,
                password,
                tls,
                backlog,
                maxValue));
  }

  private static FeedConfig.Policies policies(Section section) {
    FeedConfig.Policies usual = FeedConfig.Policies.DEFAULT;
    return new FeedConfig.Policies(
        section
            .get("uncuttable")
            .flatMap(v -> v.choice(FeedConfig.Uncuttable.values()))
            .orElse(usual.uncuttable()),
        section
            .get("publish")
            .flatMap(v -> v.choice(FeedConfig.Passage.values()))
            .orElse(usual.publish()),
        section
            .get("functions")
            .flatMap(v -> v.choice(FeedConfig.Passage.values()))
            .orElse(usual.functions()));
  }

  private static Optional<RdbTarget> target(Value value) {
    return value
        .text("a version such as redis 7.0")
        .flatMap(
            text -> {
              Optional<RdbTarget> target = FeedConfig.target(text);
              if (target.isEmpty()) {
                value.problem("'" + text + "' is no version; write one such as redis 7.0");
              }
              return target;
            });
  }

  private Optional<Address> ownAddress(Value value) {
    return value
        .address()
        .filter(
            address -> {
              Optional<String> place =
                  Optional.ofNullable(places.putIfAbsent(address, value.path()));
              place.ifPresent(
                  p ->
                      value.problem("'" + address + "' is already " + p + "; choose another port"));
              return place.isEmpty();
            });
  }

  /** A rule, or a list of them. */
  private static void rules(
      Section section,
      String key,
      Function<Value, Optional<? extends FeedConfig.KeyRule>> read,
      List<FeedConfig.KeyRule> rules) {
    section
        .get(key)
        .ifPresent(
            value -> {
              List<Value> values = value.isList() ? value.items("a list of rules") : List.of(value);
              values.forEach(v -> read.apply(v).ifPresent(rules::add));
            });
  }

  static Optional<FeedConfig.KeyRule> expression(Value value) {
    return value
        .text("a regular expression")
        .flatMap(
            text -> {
              Optional<String> mistake = FeedConfig.KeyRule.Expression.mistake(text);
              mistake.ifPresent(value::problem);
              return mistake.isPresent()
                  ? Optional.empty()
                  : Optional.of(new FeedConfig.KeyRule.Expression(text));
            });
  }

  static Optional<FeedConfig.KeyRule> slots(Value value) {
    return value
        .text("slots such as 0-5460")
        .flatMap(
            text -> {
              Matcher range = RANGE.matcher(text);
              if (range.matches()) {
                int first = Integer.parseInt(range.group(1));
                int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                if (first <= last && last < SLOTS) {
                  return Optional.of(new FeedConfig.KeyRule.Slots(first, last));
                }
              }
              value.problem(
                  "'" + text + "' are no slots; write a range inside 0-16383, such as 0-5460");
              return Optional.empty();
            });
  }

  private static Set<Integer> databases(Section section) {
    Set<Integer> databases = new TreeSet<>();
    section.get("databases").stream()
        .flatMap(v -> v.items("a list of databases, such as [0, 3]").stream())
        .forEach(v -> v.integer(0, MAX_DATABASE).ifPresent(databases::add));
    return databases;
  }

  private static Optional<FeedConfig.Rename> rename(Section section) {
    return section
        .get("rename")
        .flatMap(v -> v.section(List.of("from", "to")))
        .flatMap(
            rename -> {
              Optional<String> from =
                  rename.require("from", "write what the keys begin with").map(Value::rawText);
              Optional<String> to =
                  rename.require("to", "write what they shall begin with").map(Value::rawText);
              return from.flatMap(f -> to.map(t -> new FeedConfig.Rename(f, t)));
            });
  }
}
