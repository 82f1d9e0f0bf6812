package io.understudy.app.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads {@code proxy.output}: what may wait for clients that do not read. */
final class OutputSection {
  private static final List<String> KEYS = List.of("hard", "soft", "softTime");
  private static final String NONE = "off";
  private static final long LEAST_BYTES = 64 << 10;
  private static final long MOST_BYTES = 64L << 30;
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);

  private OutputSection() {}

  static Configuration.Output read(Section proxy, Configuration.Memory memory) {
    Section output = proxy.section("output", List.of("normal", "pubsub"));
    Configuration.Output usual = Defaults.output(memory);
    return new Configuration.Output(
        limit(output.section("normal", KEYS), usual.normal()),
        limit(output.section("pubsub", KEYS), usual.pubsub()));
  }

  private static Configuration.OutputLimit limit(Section section, Configuration.OutputLimit usual) {
    Optional<Long> hard = bytes(section, "hard", usual.hardBytes());
    Optional<Long> soft = bytes(section, "soft", usual.softBytes());
    section
        .get("soft")
        .filter(v -> soft.isPresent() && hard.isPresent() && soft.get() >= hard.get())
        .ifPresent(
            v ->
                v.problem(
                    "'"
                        + v.rawText()
                        + "' would never count before hard, "
                        + Value.printBytes(hard.orElseThrow())
                        + "; write less"));
    section
        .get("softTime")
        .filter(v -> soft.isEmpty())
        .ifPresent(v -> v.problem("is used only with soft; remove it, or write that"));
    return new Configuration.OutputLimit(
        hard,
        soft,
        section
            .get("softTime")
            .flatMap(v -> v.duration(SHORTEST, LONGEST))
            .orElse(usual.softTime()));
  }

  private static Optional<Long> bytes(Section section, String key, Optional<Long> usual) {
    return section
        .get(key)
        .map(
            v ->
                v.rawText().equals(NONE)
                    ? Optional.<Long>empty()
                    : v.bytes(LEAST_BYTES, MOST_BYTES))
        .orElse(usual);
  }
}
