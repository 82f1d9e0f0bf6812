package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbVersion.Family;
import java.util.Locale;
import java.util.Set;

/**
 * The server that a file is written for, and what it can load.
 *
 * <p>It is asked or configured, never guessed: a server that finds a version or type that it does
 * not know has already thrown its old data away, or ends.
 *
 * @param family whose server it is
 * @param major such as 8
 * @param minor such as 1
 * @param modules names of the modules' types that it has, nine letters each; those that are built
 *     in need not be named
 * @param loss what to do with what no type of it has room for
 */
public record RdbTarget(Family family, int major, int minor, Set<String> modules, Loss loss) {
  /** What becomes of the times of a hash's fields where the target knows no such times. */
  public enum Loss {
    /** The key is refused with an {@link RdbException}. */
    REFUSED,
    /** The fields are written without their times, and so never expire. */
    ALLOWED
  }

  /** How an entry comes to the target. */
  public enum Fit {
    /** As it is: the target knows its type. */
    AS_IT_IS,
    /** Decoded, and encoded in a type that the target knows. */
    RECODED,
    /** Not at all. */
    REFUSED
  }

  /** Vector sets are built in since Redis 8.0, and stored as a module's. */
  private static final String VECTOR_SET = "vectorset";

  /** A name of a module that stands for every one. */
  private static final String ANY_MODULE = "*";

  /** Later than any version there is. */
  private static final int LATEST = 255;

  /** Refuses nothing that loads everywhere: what to write for when nothing is known. */
  public static final RdbTarget OLDEST = of(Family.REDIS, 6, 0);

  public RdbTarget {
    modules = Set.copyOf(modules);
  }

  /** A server without modules, for which nothing may be lost. */
  public static RdbTarget of(Family family, int major, int minor) {
    return new RdbTarget(family, major, minor, Set.of(), Loss.REFUSED);
  }

  /** The same with another answer to what it has no room for. */
  public RdbTarget withLoss(Loss other) {
    return new RdbTarget(family, major, minor, modules, other);
  }

  /** A server that loads whatever files of a version hold, modules included, as they are. */
  public static RdbTarget sameAs(RdbVersion version) {
    return new RdbTarget(version.family(), LATEST, 0, Set.of(ANY_MODULE), Loss.REFUSED);
  }

  /**
   * The header to write. For Redis the lowest, since what counts is the types; Valkey looks for its
   * own types only behind its own magic.
   */
  public RdbVersion header() {
    return family == Family.VALKEY && major >= 9
        ? new RdbVersion(Family.VALKEY, 80)
        : RdbVersion.LOWEST;
  }

  private boolean isRedis(int fromMajor, int fromMinor) {
    return family == Family.REDIS
        && (major > fromMajor || (major == fromMajor && minor >= fromMinor));
  }

  /** Whether it loads values of a type, as they were seen to be loaded by each version. */
  public boolean knows(EntryType type) {
    boolean valkey = family == Family.VALKEY;
    return switch (type) {
      case STRING, LIST, SET, ZSET, HASH, ZSET_2, MODULE_2 -> true;
      case HASH_ZIPMAP, LIST_ZIPLIST, SET_INTSET, ZSET_ZIPLIST, HASH_ZIPLIST -> true;
      case LIST_QUICKLIST, STREAM -> true;
      case HASH_LISTPACK, ZSET_LISTPACK, LIST_QUICKLIST_2, STREAM_2 -> valkey || isRedis(7, 0);
      case SET_LISTPACK, STREAM_3 -> valkey || isRedis(7, 2);
      case HASH_METADATA_PRE_GA, HASH_LISTPACK_EX_PRE_GA -> isRedis(7, 4);
      case HASH_METADATA, HASH_LISTPACK_EX -> isRedis(7, 4);
      case STREAM_4 -> isRedis(8, 6);
      case STREAM_5, ARRAY -> isRedis(8, 8);
      case HASH_TEMPLATE_LISTPACK, HASH_TEMPLATE_ARRAY -> isRedis(8, 10);
      case HASH_2 -> valkey && major >= 9;
    };
  }

  /** Whether it has the type of a module. */
  public boolean knowsModule(String name) {
    return modules.contains(name)
        || knowsEveryModule()
        || (name.equals(VECTOR_SET) && isRedis(8, 0));
  }

  /** Whether it has all modules that the source has. */
  boolean knowsEveryModule() {
    return modules.contains(ANY_MODULE);
  }

  /** Whether it has functions. */
  public boolean knowsFunctions() {
    return family == Family.VALKEY || isRedis(7, 0);
  }

  /** How an entry comes to it, as far as its type tells. */
  public Fit fit(RdbEntry entry) {
    if (entry.type() == EntryType.MODULE_2) {
      return knowsModule(entry.moduleName()) ? Fit.AS_IT_IS : Fit.REFUSED;
    }
    if (knows(entry.type())) {
      return Fit.AS_IT_IS;
    }
    return entry.type() == EntryType.ARRAY ? Fit.REFUSED : Fit.RECODED;
  }

  @Override
  public String toString() {
    return family.name().charAt(0)
        + family.name().substring(1).toLowerCase(Locale.ROOT)
        + " "
        + major
        + "."
        + minor;
  }
}
