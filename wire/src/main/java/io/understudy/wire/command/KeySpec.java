package io.understudy.wire.command;

import java.util.Set;

/**
 * Where one group of a command's keys is among its arguments: where to begin, and how to go on.
 *
 * <p>The words and their meaning are those of the ninth element of a COMMAND reply (Redis 7.0 and
 * later, every Valkey).
 *
 * @param flags the server's flags in lower case: {@code ro}, {@code rw}, {@code ow}, {@code rm},
 *     {@code access}, {@code insert}, {@code incomplete}, {@code not_key} and others
 * @param begin how to find the first position
 * @param find how to find the keys from there
 */
public record KeySpec(Set<String> flags, Begin begin, Find find) {
  /** Makes the flags unmodifiable. */
  public KeySpec {
    flags = Set.copyOf(flags);
  }

  /** Whether the server itself says that this spec does not tell every key. */
  public boolean isIncomplete() {
    return flags.contains("incomplete");
  }

  /** Whether what it finds is no key although it is treated like one: a sharded channel. */
  public boolean isNotKey() {
    return flags.contains("not_key");
  }

  /** How to find the position at which a group of keys begins. */
  public sealed interface Begin {}

  /** How to find the keys of a group, once its first position is known. */
  public sealed interface Find {}

  /**
   * Begins at a fixed argument.
   *
   * @param position the argument's number, the command's name being 0
   */
  public record AtIndex(int position) implements Begin {}

  /**
   * Begins behind a keyword.
   *
   * @param keyword the word, in any case
   * @param startFrom the argument at which to begin to look; negative counts from the end, and the
   *     search then goes backwards
   */
  public record AfterKeyword(String keyword, int startFrom) implements Begin {}

  /**
   * Keys at regular steps.
   *
   * @param last the last key: an offset from the first, or, negative, from the end of the command
   *     (-1 is the last argument)
   * @param step from one key to the next
   * @param limit with {@code last} -1: only the first 1/limit of the arguments are keys; 0 and 1
   *     mean all
   */
  public record Range(int last, int step, int limit) implements Find {}

  /**
   * A number of keys that another argument tells.
   *
   * @param numberAt where the number is, as an offset from the first position
   * @param first where the first key is, as an offset from the first position
   * @param step from one key to the next
   */
  public record Counted(int numberAt, int first, int step) implements Find {}

  /** The server does not say; only the server can tell. */
  public record Unspecified() implements Begin, Find {}
}
