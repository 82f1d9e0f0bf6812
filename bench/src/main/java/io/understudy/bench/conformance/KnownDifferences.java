package io.understudy.bench.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tests that are allowed to differ, each with the reason why the difference is right.
 *
 * @param reasons by release, a blank, and the test's name, such as {@code redis-7.0 unit/x: a test}
 */
record KnownDifferences(Map<String, String> reasons) {
  private static final String ARROW = " => ";

  /** Reads lines of the form {@code RELEASE UNIT: NAME => REASON}. */
  static KnownDifferences read(Path file) throws IOException {
    Map<String, String> reasons = new LinkedHashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int arrow = line.indexOf(ARROW);
      if (arrow < 0 || line.substring(arrow + ARROW.length()).isBlank()) {
        throw new IOException(
            file + ":" + number + ": write RELEASE UNIT: NAME" + ARROW + "REASON");
      }
      reasons.put(line.substring(0, arrow), line.substring(arrow + ARROW.length()));
    }
    return new KnownDifferences(reasons);
  }

  /** Why a test may differ; empty if it may not. */
  String reason(String release, String test) {
    return reasons.getOrDefault(release + " " + test, "");
  }
}
