package io.understudy.bench.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A checkout of the sources of Redis or Valkey, of which only the test suite is used.
 *
 * @param folder where it is
 * @param family {@code redis} or {@code valkey}
 * @param version such as 7.0.15
 */
record Checkout(Path folder, String family, String version) {
  private static final Pattern VERSION =
      Pattern.compile("#define (REDIS|VALKEY)_VERSION \"(\\d+\\.\\d+\\.\\d+)\"");

  /** Reads what a folder holds. */
  static Checkout of(Path folder) throws IOException {
    Path header = folder.resolve("src/version.h");
    if (!Files.isExecutable(folder.resolve("runtest")) || !Files.isReadable(header)) {
      throw new IOException(
          folder + " is no checkout of redis or valkey: it has no runtest or no src/version.h");
    }
    String found = "";
    String version = "";
    Matcher matcher = VERSION.matcher(Files.readString(header));
    while (matcher.find()) {
      // Valkey's header names the Redis version that it is compatible with, too.
      if (!found.equals("valkey")) {
        found = matcher.group(1).equals("VALKEY") ? "valkey" : "redis";
        version = matcher.group(2);
      }
    }
    if (found.isEmpty()) {
      throw new IOException(header + " names no version; take the checkout of a release");
    }
    return new Checkout(folder.toAbsolutePath(), found, version);
  }

  /** Such as {@code redis-7.0}: how servers and differences are named. */
  String release() {
    return family + "-" + version.substring(0, version.lastIndexOf('.'));
  }

  /** Whether its suite knows {@code --force-resp3}. */
  boolean knowsResp3() throws IOException {
    return Files.readString(folder.resolve("tests/test_helper.tcl")).contains("--force-resp3");
  }

  /**
   * Copies what the suite needs, with the programs where it looks for them.
   *
   * @param target does not exist yet
   * @param programs the folder that holds the server, the cli and the benchmark
   * @param resp3 whether the suite's connections shall say HELLO 3
   */
  void copySuite(Path target, Path programs, boolean resp3) throws IOException {
    Path sources = Files.createDirectories(target.resolve("src"));
    copyTree(folder.resolve("tests"), target.resolve("tests"));
    Files.copy(folder.resolve("runtest"), target.resolve("runtest"));
    Path definitions = folder.resolve("src/commands.def");
    if (Files.exists(definitions)) {
      Files.copy(definitions, sources.resolve("commands.def"));
    }
    try (Stream<Path> files = Files.list(programs)) {
      for (Path program : files.toList()) {
        String name = String.valueOf(program.getFileName());
        Files.createSymbolicLink(sources.resolve(name), program);
        if (name.startsWith("valkey-")) {
          String alias = "redis-" + name.substring("valkey-".length());
          if (!Files.exists(programs.resolve(alias))) {
            Files.createSymbolicLink(sources.resolve(alias), program);
          }
        }
      }
    }
    if (resp3) {
      Resp3Client.patch(target.resolve("tests/support"));
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> paths = Files.walk(from)) {
      all = paths.toList();
    }
    for (Path path : all) {
      Path copy = to.resolve(from.relativize(path).toString());
      if (Files.isDirectory(path)) {
        Files.createDirectories(copy);
      } else {
        Files.copy(path, copy);
      }
    }
  }

  /** The folder of this release's programs in {@code servers}; empty if it was not fetched. */
  Optional<Path> programs(Path servers) {
    Path found = servers.resolve(release()).resolve("bin");
    return Files.isExecutable(found.resolve(family + "-server"))
        ? Optional.of(found.toAbsolutePath())
        : Optional.empty();
  }
}
