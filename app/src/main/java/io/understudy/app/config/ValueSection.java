package io.understudy.app.config;

import io.understudy.replication.rdb.ValueKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads {@code types} and {@code values} of a feed. */
final class ValueSection {
  private static final List<String> CHANGES =
      List.of("matching", "replace", "without-fields", "class");

  private ValueSection() {}

  static Set<ValueKind> types(Section feed) {
    Set<ValueKind> types = EnumSet.noneOf(ValueKind.class);
    feed.get("types").stream()
        .flatMap(v -> v.items("a list of types, such as [string, hash]").stream())
        .forEach(v -> type(v).ifPresent(types::add));
    return types;
  }

  private static Optional<ValueKind> type(Value value) {
    Optional<String> text = value.text("a type");
    Optional<ValueKind> kind =
        text.flatMap(
            word ->
                Arrays.stream(ValueKind.values()).filter(k -> k.word().equals(word)).findFirst());
    if (text.isPresent() && kind.isEmpty()) {
      value.problem(
          "'" + text.get() + "' is no type; write string, list, set, zset, hash, stream or module");
    }
    return kind;
  }

  static List<ValueConfig> rules(Section feed) {
    List<ValueConfig> rules = new ArrayList<>();
    feed.get("values").stream()
        .flatMap(v -> v.items("a list of rules, each with keys and what to do").stream())
        .forEach(v -> rule(v).ifPresent(rules::add));
    return rules;
  }

  private static Optional<ValueConfig> rule(Value item) {
    List<String> known = new ArrayList<>(CHANGES);
    known.addAll(List.of("keys", "with", "jar"));
    return item.section(known)
        .flatMap(
            section -> {
              Optional<String> keys =
                  section
                      .require("keys", "write an expression that the keys fit, such as '^user:'")
                      .flatMap(ValueSection::expression);
              List<String> written =
                  CHANGES.stream().filter(name -> section.get(name).isPresent()).toList();
              if (written.size() != 1) {
                item.problem("write exactly one of " + String.join(", ", CHANGES));
                return Optional.empty();
              }
              Value value = section.get(written.getFirst()).orElseThrow();
              Optional<ValueConfig.Change> change = change(section, written.getFirst(), value);
              return keys.flatMap(k -> change.map(c -> new ValueConfig(k, c)));
            });
  }

  private static Optional<ValueConfig.Change> change(Section section, String name, Value value) {
    return switch (name) {
      case "matching" -> expression(value).map(ValueConfig.Change.Matching::new);
      case "replace" ->
          expression(value)
              .map(
                  text ->
                      new ValueConfig.Change.Replacing(
                          text, section.get("with").map(Value::rawText).orElse("")));
      case "without-fields" ->
          Optional.of(
              new ValueConfig.Change.WithoutFields(
                  value.items("a list of fields").stream()
                      .flatMap(v -> v.text("a field").stream())
                      .toList()));
      default ->
          value
              .text("the name of a class")
              .map(
                  text ->
                      new ValueConfig.Change.OfClass(
                          text, section.get("jar").flatMap(v -> v.path("a jar"))));
    };
  }

  private static Optional<String> expression(Value value) {
    return value
        .text("a regular expression")
        .filter(
            text -> {
              Optional<String> mistake = FeedConfig.KeyRule.Expression.mistake(text);
              mistake.ifPresent(value::problem);
              return mistake.isEmpty();
            });
  }
}
