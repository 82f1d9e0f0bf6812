package io.understudy.wire.command;

import java.util.List;
import java.util.Set;

/**
 * One command, or one subcommand of a container command, as the newest Redis and Valkey report it
 * together.
 *
 * <p>There is one instance for each command of a {@link CommandTable}; compare them by {@link #id}.
 *
 * @param id a dense number, 0 for {@link #UNKNOWN}, below {@link CommandTable#size()}: for arrays
 *     indexed by command
 * @param name the name in lower case; a subcommand's with its container's, {@code client|list}
 * @param families which servers have it
 * @param arity the number of arguments including the name (and the subcommand); negative when it is
 *     the least number
 * @param flags the bits of {@link CommandFlag}
 * @param keySpecs where its keys are; empty if it has none
 * @param tips hints for clients of clusters, such as {@code request_policy:all_shards}
 * @param categories ACL categories without the {@code @}
 * @param container whether the second argument names a subcommand
 */
public record Command(
    int id,
    String name,
    Families families,
    int arity,
    long flags,
    List<KeySpec> keySpecs,
    Set<String> tips,
    Set<String> categories,
    boolean container) {

  /** Which servers know a command. */
  public enum Families {
    /** Redis only. */
    REDIS,
    /** Valkey only. */
    VALKEY,
    /** Redis and Valkey. */
    BOTH,
    /** Neither: {@link #UNKNOWN}, and what {@code overrides.txt} adds. */
    NONE
  }

  /** Stands for every command that is not in the table: a module's, a renamed or a newer one. */
  public static final Command UNKNOWN =
      new Command(0, "", Families.NONE, -1, 0, List.of(), Set.of(), Set.of(), false);

  /** Makes the collections unmodifiable. */
  public Command {
    keySpecs = List.copyOf(keySpecs);
    tips = Set.copyOf(tips);
    categories = Set.copyOf(categories);
  }

  /** Whether nothing is known of the command: not even whether it changes data. */
  public boolean isUnknown() {
    return id == 0;
  }

  /** Whether the command has {@code flag}. */
  public boolean has(CommandFlag flag) {
    return (flags & flag.bit()) != 0;
  }

  /** Whether the command has at least one flag of a {@link CommandFlag#mask}. */
  public boolean hasAny(long mask) {
    return (flags & mask) != 0;
  }

  @Override
  public String toString() {
    return isUnknown() ? "unknown command" : name;
  }
}
