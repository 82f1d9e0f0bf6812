package io.understudy.replication.source;

import java.util.Optional;

/**
 * What a source says it is, in INFO.
 *
 * @param family whose server it is
 * @param version such as 7.0.15; empty if the user may not run INFO
 * @param cluster whether it is a node of a cluster
 * @param feed whether it is a feed of another Understudy, which holds no data itself
 */
public record SourceServer(Family family, String version, boolean cluster, boolean feed) {
  /** One that was not asked yet, or may not tell. */
  public static final SourceServer UNKNOWN = new SourceServer(Family.UNKNOWN, "", false, false);

  /** The oldest major version of either family that is supported. */
  private static final int OLDEST_MAJOR = 6;

  /** The projects whose servers are supported. */
  public enum Family {
    REDIS,
    VALKEY,
    /** It did not say. */
    UNKNOWN
  }

  /** Reads the section {@code server} of INFO. */
  public static SourceServer of(String info) {
    Optional<String> valkey = field(info, "valkey_version");
    Optional<String> redis = field(info, "redis_version");
    boolean cluster =
        field(info, "redis_mode")
            .or(() -> field(info, "server_mode"))
            .filter("cluster"::equals)
            .isPresent();
    boolean feed = field(info, "understudy_feed").isPresent();
    if (valkey.isPresent()) {
      return new SourceServer(Family.VALKEY, valkey.get(), cluster, feed);
    }
    return redis
        .map(version -> new SourceServer(Family.REDIS, version, cluster, feed))
        .orElse(new SourceServer(Family.UNKNOWN, "", cluster, feed));
  }

  private static Optional<String> field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst();
  }

  /** Why it cannot be a source, if it cannot: the rest of a sentence that begins with its name. */
  Optional<String> refusal() {
    if (cluster) {
      return Optional.of(
          "is a node of a cluster, whose keys move between nodes; only a primary outside of a"
              + " cluster can be filtered");
    }
    if (family == Family.REDIS && !isAtLeast(OLDEST_MAJOR, 0)) {
      return Optional.of("is Redis " + version + ", which is too old; 6.0 is the oldest supported");
    }
    return Optional.empty();
  }

  /** Whether it is this version of its own family or a later one; false if it is not known. */
  public boolean isAtLeast(int wantedMajor, int wantedMinor) {
    int major = number(0);
    return major > wantedMajor || (major == wantedMajor && number(1) >= wantedMinor);
  }

  /** Whether fields of its hashes may expire. */
  boolean hasFieldExpiry() {
    return switch (family) {
      case REDIS -> isAtLeast(7, 4);
      case VALKEY -> isAtLeast(9, 0);
      case UNKNOWN -> true;
    };
  }

  /** Such as 8; 0 if it is not known. */
  public int major() {
    return number(0);
  }

  /** Such as 1; 0 if it is not known. */
  public int minor() {
    return number(1);
  }

  /** A number of the version; 0 if there is none at that place. */
  private int number(int place) {
    String[] numbers = version.split("\\.", -1);
    try {
      return place < numbers.length ? Integer.parseInt(numbers[place]) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Such as {@code redis 7.0.15}. */
  @Override
  public String toString() {
    return switch (family) {
      case REDIS -> "redis " + version;
      case VALKEY -> "valkey " + version;
      case UNKNOWN -> "a server that does not tell its version";
    };
  }
}
