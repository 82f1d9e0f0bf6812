package io.understudy.app.config;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.ValueKind;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ServerTls;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One part of a source's dataset, and where replicas get it.
 *
 * @param listen where replicas connect
 * @param include a key is in it if one of these fits; none stands for every key
 * @param exclude and none of these
 * @param databases empty for all
 * @param types the types of values that are in it; empty for all
 * @param values what becomes of values, in order
 * @param rename empty for none
 * @param policies what becomes of what has no one right answer
 * @param target which servers its replicas are; empty to ask them
 * @param loss what becomes of what they cannot hold
 * @param password that replicas must send; empty for none
 * @param tls what the feed shows to replicas; empty for plain connections
 * @param backlogBytes how much of the stream is kept for replicas that come back
 * @param maxValueBytes the largest value of a snapshot that is held to be changed
 */
public record FeedConfig(
    Address listen,
    List<KeyRule> include,
    List<KeyRule> exclude,
    Set<Integer> databases,
    Set<ValueKind> types,
    List<ValueConfig> values,
    Optional<Rename> rename,
    Policies policies,
    Optional<RdbTarget> target,
    RdbTarget.Loss loss,
    Optional<Secret> password,
    Optional<ServerTls> tls,
    int backlogBytes,
    int maxValueBytes) {
  private static final Pattern TARGET =
      Pattern.compile("(redis|valkey)[ -](\\d{1,2})\\.(\\d{1,2})(?:\\..*)?");

  public FeedConfig {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    databases = Set.copyOf(databases);
    types = Set.copyOf(types);
    values = List.copyOf(values);
  }

  /** A feed of the keys that one rule fits, everything else by default. */
  public static FeedConfig of(Address listen, KeyRule rule) {
    return of(listen, rule, Optional.empty());
  }

  /** The same for servers of a version. */
  public static FeedConfig of(Address listen, KeyRule rule, Optional<RdbTarget> target) {
    return new FeedConfig(
        listen,
        List.of(rule),
        List.of(),
        Set.of(),
        Set.of(),
        List.of(),
        Optional.empty(),
        Policies.DEFAULT,
        target,
        RdbTarget.Loss.REFUSED,
        Optional.empty(),
        Optional.empty(),
        Defaults.BACKLOG_BYTES,
        Defaults.MAX_VALUE_BYTES);
  }

  /** What is in it, in a few words: {@code keys ^a.*}. */
  public String description() {
    String kept =
        include.isEmpty()
            ? "everything"
            : include.stream().map(KeyRule::toString).collect(Collectors.joining(" or "));
    Stream<String> rest =
        Stream.of(
            exclude.isEmpty()
                ? ""
                : "without "
                    + exclude.stream().map(KeyRule::toString).collect(Collectors.joining(" or ")),
            databases.isEmpty()
                ? ""
                : "of databases "
                    + databases.stream()
                        .sorted()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", ")),
            types.isEmpty()
                ? ""
                : "of type "
                    + types.stream()
                        .map(ValueKind::word)
                        .sorted()
                        .collect(Collectors.joining(" or ")),
            values.stream().map(ValueConfig::toString).collect(Collectors.joining(", ")),
            rename.map(r -> "'" + r.from() + "' renamed to '" + r.to() + "'").orElse(""),
            target.map(t -> "for " + t).orElse(""),
            switch (policies.uncuttable()) {
              case FETCH -> "";
              case FAIL -> "stops at what cannot be cut";
              case WARN -> "leaves out what cannot be cut";
            },
            policies.publish() == Passage.DROP ? "without messages" : "",
            policies.functions() == Passage.DROP ? "without functions" : "");
    return Stream.concat(Stream.of(kept), rest.filter(s -> !s.isEmpty()))
        .collect(Collectors.joining(", "));
  }

  /** A family and a version, such as {@code redis 7.0}, if a text is one. */
  public static Optional<RdbTarget> target(String text) {
    Matcher written = TARGET.matcher(text.toLowerCase(Locale.ROOT));
    return written.matches()
        ? Optional.of(
            RdbTarget.of(
                RdbVersion.Family.valueOf(written.group(1).toUpperCase(Locale.ROOT)),
                Integer.parseInt(written.group(2)),
                Integer.parseInt(written.group(3))))
        : Optional.empty();
  }

  /** Which keys fit. */
  public sealed interface KeyRule {
    /** A regular expression of RE2, found anywhere in the key unless it is anchored. */
    record Expression(String text) implements KeyRule {
      /** What is wrong with an expression, if anything: one line. */
      public static Optional<String> mistake(String text) {
        try {
          Pattern.compile(text);
          return Optional.empty();
        } catch (PatternSyntaxException e) {
          return Optional.of(
              "'"
                  + text
                  + "' is not a regular expression: "
                  + e.getDescription()
                  + "; RE2's syntax is understood");
        }
      }

      @Override
      public String toString() {
        return "keys " + text;
      }
    }

    /** What keys begin with. */
    record Prefix(String text) implements KeyRule {
      @Override
      public String toString() {
        return "keys that begin with " + text;
      }
    }

    /** A glob, as KEYS takes it. */
    record Glob(String text) implements KeyRule {
      @Override
      public String toString() {
        return "keys like " + text;
      }
    }

    /** Hash slots, both ends included. */
    record Slots(int first, int last) implements KeyRule {
      @Override
      public String toString() {
        return "slots " + first + "-" + last;
      }
    }
  }

  /**
   * What becomes of what has no one right answer.
   *
   * @param uncuttable of a command that the filter cannot cut
   * @param publish of messages
   * @param functions of functions, in snapshots and in the stream
   */
  public record Policies(Uncuttable uncuttable, Passage publish, Passage functions) {
    /** Nothing is lost, and nothing is guessed. */
    public static final Policies DEFAULT =
        new Policies(Uncuttable.FETCH, Passage.PASS, Passage.PASS);
  }

  /** What becomes of a command that has keys on both sides of the filter and cannot be cut. */
  public enum Uncuttable {
    /** The values of the kept keys are read from the source. */
    FETCH,
    /** The feed stops. */
    FAIL,
    /** It is left out, counted and told. */
    WARN
  }

  /** Whether something goes on. */
  public enum Passage {
    /** It goes on. */
    PASS,
    /** It is left out. */
    DROP
  }

  /** What keys begin with, and what they begin with downstream. */
  public record Rename(String from, String to) {}
}
