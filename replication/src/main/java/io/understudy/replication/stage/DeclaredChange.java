package io.understudy.replication.stage;

import com.google.re2j.Pattern;
import io.understudy.replication.rdb.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The changes of values that need no class of one's own. */
public sealed interface DeclaredChange extends ValueChange {
  /** Keeps a key only if one of its strings fits an expression; of hashes the values are asked. */
  record Matching(Pattern expression) implements DeclaredChange {
    @Override
    public Optional<Value> apply(byte[] key, Value value) {
      boolean fits = strings(value).stream().anyMatch(this::fits);
      return fits ? Optional.of(value) : Optional.empty();
    }

    private boolean fits(byte[] bytes) {
      return expression.matcher(bytes).find();
    }
  }

  /**
   * Puts a text in the place of whatever fits an expression, in every string.
   *
   * @param with may name groups as {@code $1}
   */
  record Replacing(Pattern expression, String with) implements DeclaredChange {
    @Override
    public Optional<Value> apply(byte[] key, Value value) {
      return Optional.of(mapped(value, this::replace));
    }

    private byte[] replace(byte[] bytes) {
      // A character for each byte, so that what is no text stays what it is.
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      String put = new String(with.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      return expression.matcher(text).replaceAll(put).getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /** Leaves fields of hashes out, and a hash that has no others. */
  record WithoutFields(Set<String> names) implements DeclaredChange {
    /** Makes the set unmodifiable. */
    public WithoutFields {
      names = Set.copyOf(names);
    }

    @Override
    public Optional<Value> apply(byte[] key, Value value) {
      if (!(value instanceof Value.Fields(List<Value.Field> fields))) {
        return Optional.of(value);
      }
      List<Value.Field> kept =
          fields.stream()
              .filter(field -> !names.contains(new String(field.name(), StandardCharsets.UTF_8)))
              .toList();
      return kept.isEmpty() ? Optional.empty() : Optional.of(new Value.Fields(kept));
    }
  }

  private static List<byte[]> strings(Value value) {
    return switch (value) {
      case Value.Text(byte[] bytes) -> List.of(bytes);
      case Value.Items(List<byte[]> items) -> items;
      case Value.Members(List<byte[]> members) -> members;
      case Value.Scores(List<Value.Scored> members) ->
          members.stream().map(Value.Scored::member).toList();
      case Value.Fields(List<Value.Field> fields) ->
          fields.stream().map(Value.Field::value).toList();
      case Value.Stream _, Value.Opaque _ -> List.of();
    };
  }

  /** Members that become the same are one member; of scores, that of the last stays. */
  private static Value mapped(Value value, UnaryOperator<byte[]> change) {
    return switch (value) {
      case Value.Text(byte[] bytes) -> new Value.Text(change.apply(bytes));
      case Value.Items(List<byte[]> items) -> new Value.Items(items.stream().map(change).toList());
      case Value.Members(List<byte[]> members) -> {
        List<byte[]> changed = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (byte[] member : members) {
          byte[] other = change.apply(member);
          if (seen.add(new String(other, StandardCharsets.ISO_8859_1))) {
            changed.add(other);
          }
        }
        yield new Value.Members(changed);
      }
      case Value.Scores(List<Value.Scored> members) -> {
        List<Value.Scored> changed = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Value.Scored scored : members.reversed()) {
          byte[] other = change.apply(scored.member());
          if (seen.add(new String(other, StandardCharsets.ISO_8859_1))) {
            changed.add(new Value.Scored(other, scored.score()));
          }
        }
        yield new Value.Scores(changed);
      }
      case Value.Fields(List<Value.Field> fields) ->
          new Value.Fields(
              fields.stream()
                  .map(f -> new Value.Field(f.name(), change.apply(f.value()), f.expireAtMillis()))
                  .toList());
      case Value.Stream _, Value.Opaque _ -> value;
    };
  }
}
