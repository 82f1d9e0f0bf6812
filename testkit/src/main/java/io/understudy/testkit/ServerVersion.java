package io.understudy.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One version of Redis or Valkey that tests can start.
 *
 * @param family whose server it is
 * @param major such as 7
 * @param minor such as 0
 * @param program the server's start script
 */
public record ServerVersion(Family family, int major, int minor, Path program)
    implements Comparable<ServerVersion> {
  /** The projects whose servers are supported. */
  public enum Family {
    REDIS("redis", 7, 0),
    VALKEY("valkey", 8, 1);

    private final String programName;
    private final int usualMajor;
    private final int usualMinor;

    Family(String programName, int usualMajor, int usualMinor) {
      this.programName = programName;
      this.usualMajor = usualMajor;
      this.usualMinor = usualMinor;
    }
  }

  private static final String TOO_OLD = "2.8";
  private static final Pattern FOLDER = Pattern.compile("(redis|valkey)-(\\d+)\\.(\\d+)");
  private static final Comparator<ServerVersion> ORDER =
      Comparator.comparing(ServerVersion::family)
          .thenComparingInt(ServerVersion::major)
          .thenComparingInt(ServerVersion::minor);

  /**
   * Redis 2.8, which is too old for everything here, out of the jar of it.ozimov's embedded-redis.
   *
   * @throws AssertionError if that is not on the class path
   */
  public static ServerVersion tooOld() {
    try (InputStream packed =
        ServerVersion.class.getResourceAsStream("/redis-server-" + TOO_OLD + ".19")) {
      if (packed == null) {
        throw new AssertionError("it.ozimov's embedded-redis is not on the class path");
      }
      Path program = Files.createTempDirectory("understudy-old-").resolve("redis-server");
      Files.copy(packed, program);
      if (!program.toFile().setExecutable(true)) {
        throw new AssertionError(program + " cannot be made executable");
      }
      return new ServerVersion(Family.REDIS, 2, 8, program);
    } catch (IOException e) {
      throw new AssertionError("cannot unpack Redis " + TOO_OLD, e);
    }
  }

  /**
   * Every version that was fetched, Redis first, oldest first.
   *
   * @throws AssertionError in one line that names the command to run when there is none
   */
  public static List<ServerVersion> installed() {
    Path folder = folder();
    List<ServerVersion> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> children = Files.list(folder)) {
        children.forEach(child -> addIfServer(child, found));
      } catch (IOException e) {
        throw new AssertionError("cannot list " + folder, e);
      }
    }
    for (Family family : Family.values()) {
      if (found.stream().noneMatch(version -> version.family == family)) {
        throw new AssertionError(
            "no "
                + family.programName
                + " server is in "
                + folder
                + "; run testkit/servers, which fetches them");
      }
    }
    found.sort(ORDER);
    return List.copyOf(found);
  }

  /**
   * The oldest, the usual and the newest of each family, oldest first, each once: what every test
   * of a promise about servers runs on.
   */
  public static List<ServerVersion> matrix() {
    var chosen = new LinkedHashSet<ServerVersion>();
    for (Family family : Family.values()) {
      List<ServerVersion> ofFamily =
          installed().stream().filter(version -> version.family == family).toList();
      chosen.add(ofFamily.getFirst());
      chosen.add(usual(family));
      chosen.add(ofFamily.getLast());
    }
    return List.copyOf(chosen);
  }

  /** The Redis that the current Debian release installs: for tests that need just a server. */
  public static ServerVersion usual() {
    return usual(Family.REDIS);
  }

  /** The version of a family that Debian users most likely run. */
  public static ServerVersion usual(Family family) {
    return installed().stream()
        .filter(version -> version.family == family)
        .filter(v -> v.major == family.usualMajor && v.minor == family.usualMinor)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    family.programName
                        + "-"
                        + family.usualMajor
                        + "."
                        + family.usualMinor
                        + " is not in "
                        + folder()
                        + "; run testkit/servers, which fetches it"));
  }

  /** The oldest fetched version of a family. */
  public static ServerVersion oldest(Family family) {
    return installed().stream().filter(v -> v.family == family).findFirst().orElseThrow();
  }

  /** The newest fetched version of a family. */
  public static ServerVersion newest(Family family) {
    return installed().stream()
        .filter(v -> v.family == family)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  /** Whether this is the given Redis or Valkey, or a later one of the same family. */
  public boolean isAtLeast(int otherMajor, int otherMinor) {
    return major > otherMajor || (major == otherMajor && minor >= otherMinor);
  }

  /** Whether {@code --enable-debug-command} exists: Redis 7.0 and later, and every Valkey. */
  boolean hidesDebugCommand() {
    return family == Family.VALKEY || isAtLeast(7, 0);
  }

  @Override
  public int compareTo(ServerVersion other) {
    return ORDER.compare(this, other);
  }

  /** Such as {@code redis-7.0}. */
  @Override
  public String toString() {
    return family.programName + "-" + major + "." + minor;
  }

  private static void addIfServer(Path folder, List<ServerVersion> found) {
    Matcher name = FOLDER.matcher(folder.getFileName().toString());
    if (!name.matches() || !Files.exists(folder.resolve("VERSION"))) {
      return;
    }
    String family = name.group(1);
    found.add(
        new ServerVersion(
            family.equals("redis") ? Family.REDIS : Family.VALKEY,
            Integer.parseInt(name.group(2)),
            Integer.parseInt(name.group(3)),
            folder.resolve("bin").resolve(family + "-server")));
  }

  /** Where {@code testkit/servers} puts what it fetches. */
  static Path folder() {
    String chosen = System.getenv("UNDERSTUDY_SERVERS");
    return chosen != null && !chosen.isEmpty() ? Path.of(chosen) : root().resolve(".servers");
  }

  private static Path root() {
    String told = System.getProperty("understudy.root");
    if (told != null) {
      return Path.of(told);
    }
    Path here = Path.of("").toAbsolutePath();
    for (Path at = here; at != null; at = at.getParent()) {
      if (Files.isExecutable(at.resolve("testkit/servers"))) {
        return at;
      }
    }
    return here;
  }
}
