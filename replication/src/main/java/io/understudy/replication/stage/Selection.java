package io.understudy.replication.stage;

import java.util.List;
import java.util.Set;

/**
 * Which part of a dataset is kept. Immutable; any thread.
 *
 * @param include a key is kept if one of these fits; none stands for every key
 * @param exclude and if none of these fits
 * @param databases the databases that are kept; empty for all
 */
public record Selection(
    List<KeyPattern> include, List<KeyPattern> exclude, Set<Integer> databases) {
  /** The whole dataset. */
  public static final Selection EVERYTHING = new Selection(List.of(), List.of(), Set.of());

  /** Makes the collections unmodifiable. */
  public Selection {
    include = include.stream().anyMatch(KeyPattern::matchesAll) ? List.of() : List.copyOf(include);
    exclude = List.copyOf(exclude);
    databases = Set.copyOf(databases);
  }

  /** Keys that fit one pattern, of every database. */
  public static Selection of(KeyPattern pattern) {
    return new Selection(List.of(pattern), List.of(), Set.of());
  }

  /** Whether nothing is left out. */
  public boolean isEverything() {
    return include.isEmpty() && exclude.isEmpty() && databases.isEmpty();
  }

  /** Whether a database is kept, at least in part. */
  public boolean hasDatabase(int database) {
    return databases.isEmpty() || databases.contains(database);
  }

  /** Whether a key of a database is kept. */
  public boolean has(int database, byte[] bytes, int from, int length) {
    return hasDatabase(database) && hasKey(bytes, from, length);
  }

  /** Whether a key of a kept database is kept. */
  boolean hasKey(byte[] bytes, int from, int length) {
    return (include.isEmpty() || anyMatches(include, bytes, from, length))
        && !anyMatches(exclude, bytes, from, length);
  }

  private static boolean anyMatches(List<KeyPattern> patterns, byte[] bytes, int from, int length) {
    for (int i = 0; i < patterns.size(); i++) {
      if (patterns.get(i).matches(bytes, from, length)) {
        return true;
      }
    }
    return false;
  }
}
