package io.understudy.bench.conformance;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code conformance/run} can be asked. */
@Command(
    name = "conformance/run",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Runs the test suite of a checkout of redis or valkey against a fresh server, then against"
          + " another one through the proxy, and names every test whose result differs.",
      "Exit code: 0 every difference is known and explained, 1 one is not, 2 could not run."
    })
final class ConformanceOptions {
  @Parameters(index = "0", paramLabel = "CHECKOUT", description = "a checkout of redis or valkey")
  Path checkout = Path.of("");

  @Option(names = "--resp3", description = "every connection of the suite says HELLO 3")
  boolean resp3;

  @Option(
      names = "--unit",
      paramLabel = "UNIT",
      description = "run only this unit, such as unit/type/list; may be repeated")
  List<String> units = List.of();

  @Option(
      names = "--programs",
      paramLabel = "FOLDER",
      description = "the server's programs (default: those that testkit/servers fetched)")
  @Nullable Path programs;

  @Option(
      names = "--keeper",
      description =
          "through the whole program, whose keeper asks the server, too: tests of counters and of"
              + " MONITOR see that")
  boolean keeper;

  @Option(names = "--proxy-only", description = "leave out the run without the proxy")
  boolean proxyOnly;

  @Option(
      names = "--output",
      paramLabel = "FOLDER",
      description = "keep what the suite printed there, as direct.txt and proxy.txt")
  @Nullable Path output;
}
