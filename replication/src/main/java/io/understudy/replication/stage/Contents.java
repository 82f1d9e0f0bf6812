package io.understudy.replication.stage;

import io.understudy.replication.rdb.Value;
import io.understudy.replication.rdb.ValueKind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the kept keys stay because of what they hold, and what becomes of their values.
 * Immutable; any thread, as far as the rules' changes are.
 *
 * @param kinds the types that are kept; empty for all
 * @param rules for values, in order: each is given what the one before it left
 */
public record Contents(Set<ValueKind> kinds, List<ValueRule> rules) {
  /** Every value as it is. */
  public static final Contents ALL = new Contents(Set.of(), List.of());

  /** Makes the collections unmodifiable. */
  public Contents {
    kinds = Set.copyOf(kinds);
    rules = List.copyOf(rules);
  }

  /** Whether nothing is left out or changed. */
  public boolean isAll() {
    return kinds.isEmpty() && rules.isEmpty();
  }

  /** Whether values of a type are kept. */
  public boolean has(ValueKind kind) {
    return kinds.isEmpty() || kinds.contains(kind);
  }

  /** Whether a rule is for the value of a key. */
  public boolean concerns(byte[] bytes, int from, int length) {
    for (ValueRule rule : rules) {
      if (rule.keys().matches(bytes, from, length)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a value of this kind is given to rules. */
  public static boolean isGiven(ValueKind kind) {
    return switch (kind) {
      case STRING, LIST, SET, SORTED_SET, HASH -> true;
      case STREAM, MODULE, ARRAY -> false;
    };
  }

  /** What is left of a value; nothing if its key is left out. */
  public Optional<Value> apply(byte[] key, Value value) {
    Optional<Value> left = Optional.of(value);
    for (ValueRule rule : rules) {
      if (left.isPresent() && rule.keys().matches(key, 0, key.length)) {
        left = applied(rule, key, left.get());
      }
    }
    return left;
  }

  /** A change may be anybody's code. */
  private static Optional<Value> applied(ValueRule rule, byte[] key, Value value) {
    try {
      return rule.change().apply(key, value);
    } catch (RuntimeException e) {
      throw new UncuttableException(
          "the rule for the value of '"
              + new String(key, StandardCharsets.ISO_8859_1)
              + "' failed: "
              + e,
          e);
    }
  }
}
