package io.understudy.bench.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one run of the suite said, test by test.
 *
 * @param passed every test that passed, as {@code unit: name}; a name that comes again in a unit
 *     gets a number
 * @param failures what was said of each test that failed, by the place that the suite named
 * @param ignored how many tests the suite skipped
 * @param finished whether it came to its end
 */
record SuiteResult(
    Map<String, Boolean> passed, Map<String, String> failures, int ignored, boolean finished) {
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final Pattern UNIT = Pattern.compile("Testing (\\S+)");
  private static final Pattern OK = Pattern.compile("\\[ok\\]: (.*) \\(\\d+ ms\\)");
  private static final Pattern FAILED = Pattern.compile("\\[(?:err|exception|TIMEOUT)\\]: (.*)");
  private static final Pattern PLACE = Pattern.compile("(.*) in tests/(\\S+)\\.tcl");
  private static final Pattern END =
      Pattern.compile(
          ".*(All tests passed without errors!|!!! WARNING The following tests failed).*");

  /** Reads what {@code runtest} printed. */
  static SuiteResult of(String output) {
    Map<String, Boolean> passed = new LinkedHashMap<>();
    Map<String, String> failures = new LinkedHashMap<>();
    int ignored = 0;
    boolean finished = false;
    String unit = "";
    for (String coloured : output.split("\n", -1)) {
      String line = COLOUR.matcher(coloured).replaceAll("");
      if (END.matcher(line).matches()) {
        finished = true;
        break;
      }
      Matcher testing = UNIT.matcher(line);
      Matcher ok = OK.matcher(line);
      Matcher failed = FAILED.matcher(line);
      if (testing.matches()) {
        unit = testing.group(1);
      } else if (ok.matches()) {
        put(passed, unit + ": " + ok.group(1), true);
      } else if (failed.matches()) {
        Matcher place = PLACE.matcher(failed.group(1));
        String name = place.matches() ? place.group(1) : failed.group(1);
        put(failures, unit + ": " + name, line);
      } else if (line.startsWith("[ignore]")) {
        ignored++;
      }
    }
    return new SuiteResult(passed, failures, ignored, finished);
  }

  private static <V> void put(Map<String, V> map, String name, V value) {
    String key = name;
    for (int i = 2; map.containsKey(key); i++) {
      key = name + " #" + i;
    }
    map.put(key, value);
  }
}
