package io.understudy.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules about sources that compiled classes no longer show. */
class SourceTreeTest {
  /** What a reader can take in; longer files are printed. */
  private static final int USUAL_LINES = 400;

  /** Longer files fail. */
  private static final int MAX_LINES = 600;

  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b|not (yet )?implemented");
  private static final Pattern ENTERS = Pattern.compile("\\benters?\\b");
  private static final Pattern LEAVES = Pattern.compile("\\bleaves?\\b");
  private static final Pattern SLEEP =
      Pattern.compile("\\bThread\\.sle" + "ep\\(|\\.sle" + "ep\\(");

  private final Path root =
      Path.of(Optional.ofNullable(System.getProperty("understudy.root")).orElse(".."));

  @Test
  void shouldHaveNullMarkedPackageInfoInEveryPackage() throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path file : sources(p -> p.toString().contains("/src/main/java/"))) {
      Path info = file.resolveSibling("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
        missing.add(file.getParent());
      }
    }
    assertThat(missing.stream().distinct()).isEmpty();
  }

  @Test
  void shouldSayInEveryPackageInfoWhatEntersAndWhatLeaves() throws IOException {
    List<Path> silent = new ArrayList<>();
    for (Path file : sources(p -> p.endsWith("package-info.java"))) {
      String text = Files.readString(file);
      if (file.toString().contains("/src/main/java/")
          && !(ENTERS.matcher(text).find() && LEAVES.matcher(text).find())) {
        silent.add(file);
      }
    }
    assertThat(silent).isEmpty();
  }

  @Test
  void shouldHaveNoUnfinishedWork() throws IOException {
    assertThat(linesWith(UNFINISHED, p -> true)).isEmpty();
  }

  @Test
  void shouldNeverSleep() throws IOException {
    assertThat(linesWith(SLEEP, p -> true)).isEmpty();
  }

  @Test
  void shouldKeepFilesShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources(p -> true)) {
      int lines = Files.readAllLines(file).size();
      if (lines > USUAL_LINES) {
        System.out.println("long file: " + root.relativize(file) + " has " + lines + " lines");
      }
      if (lines > MAX_LINES) {
        tooLong.add(file + ": " + lines);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  private List<String> linesWith(Pattern pattern, Predicate<Path> which) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources(which)) {
      int number = 0;
      for (String line : Files.readAllLines(file)) {
        number++;
        if (pattern.matcher(line).find()) {
          found.add(root.relativize(file) + ":" + number + ": " + line.strip());
        }
      }
    }
    return found;
  }

  private List<Path> sources(Predicate<Path> which) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module :
        List.of(
            "topology",
            "wire",
            "testkit",
            "failover",
            "zookeeper",
            "proxy",
            "replication",
            "app",
            "bench")) {
      try (Stream<Path> tree = Files.walk(root.resolve(module))) {
        tree.filter(p -> p.toString().endsWith(".java"))
            .filter(p -> !p.toString().contains("/target/"))
            .filter(which)
            .forEach(files::add);
      }
    }
    assertThat(files).as("sources below " + root.toAbsolutePath()).isNotEmpty();
    return files;
  }
}
