package io.understudy.app.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads {@code hooks}. */
final class HookSection {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST_BEFORE = Duration.ofSeconds(10);
  private static final Duration LONGEST_AFTER = Duration.ofMinutes(1);
  private static final Duration LONGEST_VETO = Duration.ofHours(1);

  private static final String POINTS =
      Arrays.stream(HookConfig.At.values())
          .map(HookConfig.At::word)
          .collect(Collectors.joining(", "));

  /** Names that are booleans in YAML. */
  private enum YesNo {
    TRUE,
    FALSE
  }

  private HookSection() {}

  static List<HookConfig> read(Section top, Configuration.Coordinator coordinator) {
    Value list = top.get("hooks").orElse(null);
    if (list == null) {
      return List.of();
    }
    if (coordinator == Configuration.Coordinator.FOLLOW) {
      list.problem("is used only where something is decided; remove it with coordinator: follow");
      return List.of();
    }
    List<HookConfig> hooks = new ArrayList<>();
    for (Value item : list.items("a list of hooks")) {
      item.section(List.of("at", "run", "url", "secret", "deadline", "veto", "vetoFor"))
          .flatMap(section -> hook(item, section))
          .ifPresent(hooks::add);
    }
    return hooks;
  }

  private static Optional<HookConfig> hook(Value place, Section section) {
    Set<HookConfig.At> at = EnumSet.noneOf(HookConfig.At.class);
    for (Value point :
        section.require("at", "write a list of " + POINTS).stream()
            .flatMap(v -> v.items("a list of " + POINTS).stream())
            .toList()) {
      point(point).ifPresent(at::add);
    }
    Optional<HookConfig.Call> call = call(place, section);
    boolean before = at.stream().anyMatch(HookConfig.At::isBefore);
    Duration deadline =
        section
            .get("deadline")
            .flatMap(v -> v.duration(SHORTEST, before ? LONGEST_BEFORE : LONGEST_AFTER))
            .orElse(Defaults.HOOK_DEADLINE);
    boolean veto =
        section.get("veto").flatMap(v -> v.choice(YesNo.values())).stream()
            .anyMatch(YesNo.TRUE::equals);
    if (veto && !before) {
      section
          .get("veto")
          .ifPresent(v -> v.problem("nothing can be called off after it; name a before- event"));
    }
    Optional<Value> vetoFor = section.get("vetoFor");
    if (!veto || !at.contains(HookConfig.At.BEFORE_FAILOVER)) {
      vetoFor.ifPresent(
          v -> v.problem("is used only with veto: true and before-failover; remove it"));
    }
    Duration held =
        vetoFor
            .flatMap(v -> v.duration(Duration.ofSeconds(1), LONGEST_VETO))
            .orElse(Defaults.HOOK_VETO);
    return at.isEmpty()
        ? Optional.empty()
        : call.map(c -> new HookConfig(at, c, deadline, veto, held));
  }

  private static Optional<HookConfig.At> point(Value value) {
    return value
        .text("one of " + POINTS)
        .flatMap(
            text -> {
              Optional<HookConfig.At> found =
                  Arrays.stream(HookConfig.At.values())
                      .filter(at -> at.word().equals(text))
                      .findFirst();
              if (found.isEmpty()) {
                value.problem("'" + text + "' is not known here; write one of " + POINTS);
              }
              return found;
            });
  }

  private static Optional<HookConfig.Call> call(Value place, Section section) {
    Optional<Value> run = section.get("run");
    Optional<Value> url = section.get("url");
    Optional<Value> secret = section.get("secret");
    if (run.isPresent() == url.isPresent()) {
      place.problem("write either 'run: [/path/to/program, argument]' or 'url: https://...'");
      return Optional.empty();
    }
    if (run.isPresent()) {
      secret.ifPresent(v -> v.problem("signs what a url gets; remove it, or write url"));
      return program(run.get()).map(HookConfig.Call.Run::new);
    }
    Optional<Secret> signing = secret.flatMap(Value::secret);
    return url.flatMap(HookSection::address).map(u -> new HookConfig.Call.Post(u, signing));
  }

  private static Optional<List<String>> program(Value run) {
    List<Value> words = run.items("a list: the program's path, then its arguments");
    List<String> command = new ArrayList<>();
    words.forEach(word -> word.text("a text").ifPresent(command::add));
    if (words.isEmpty() || command.size() < words.size()) {
      return Optional.empty();
    }
    Path program = Path.of(command.getFirst());
    if (!program.isAbsolute() || !Files.isExecutable(program) || Files.isDirectory(program)) {
      words
          .getFirst()
          .problem(
              "'" + program + "' is not the absolute path of a program that this user may execute");
      return Optional.empty();
    }
    return Optional.of(command);
  }

  /** Never shown in a mistake: the path of such an address is often a secret. */
  private static Optional<URI> address(Value value) {
    return value
        .text("an address such as https://hooks.example.com/understudy")
        .flatMap(
            text -> {
              try {
                URI url = new URI(text);
                boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
                if (http && url.getHost() != null && url.getUserInfo() == null) {
                  return Optional.of(url);
                }
              } catch (URISyntaxException e) {
                // Said below.
              }
              value.problem(
                  "is no address such as https://hooks.example.com/understudy, without a user");
              return Optional.empty();
            });
  }
}
