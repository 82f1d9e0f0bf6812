package io.understudy.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page on what can go wrong names tests and faults that exist. */
class FailureModesTest {
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");
  private static final Pattern FAULT = Pattern.compile("`([a-z]+(?:-[a-z]+)+)`");
  private final Path root = Path.of(System.getProperty("understudy.root", ".."));

  @Test
  void shouldNameATestThatExistsForEachMode() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (String row : rows()) {
      List<MatchResult> tests = TEST.matcher(row).results().toList();
      if (tests.isEmpty()) {
        wrong.add("no test: " + row);
      }
      for (MatchResult test : tests) {
        if (!exists(test.group(1), test.group(2))) {
          wrong.add(test.group());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void shouldNameFaultsThatExist() throws IOException {
    List<String> named =
        rows().stream()
            .filter(row -> row.contains("chaos:"))
            .map(row -> row.substring(row.indexOf("chaos:")))
            .flatMap(part -> FAULT.matcher(part).results().map(fault -> fault.group(1)))
            .toList();

    assertThat(named).isNotEmpty().allMatch(name -> Fault.names().contains(name));
  }

  private List<String> rows() throws IOException {
    List<String> rows =
        Files.readAllLines(root.resolve("docs/failure-modes.md")).stream()
            .filter(line -> line.startsWith("| "))
            .skip(1)
            .toList();
    assertThat(rows).isNotEmpty();
    return rows;
  }

  private boolean exists(String className, String method) throws IOException {
    try (Stream<Path> tree =
        Files.find(
            root,
            Integer.MAX_VALUE,
            (path, attributes) ->
                path.endsWith(className + ".java") && path.toString().contains("src/test/java"))) {
      for (Path file : tree.toList()) {
        if (Files.readString(file).contains(" void " + method + "(")) {
          return true;
        }
      }
    }
    return false;
  }
}
