package io.understudy.app.config;

import io.understudy.topology.Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads {@code log}. */
final class LogSection {
  private static final long MEGABYTE = 1L << 20;
  private static final int MAX_BACKUPS = 1000;
  private static final Duration DAY = Duration.ofDays(1);
  private static final int SYSLOG_PORT = 514;

  private LogSection() {}

  static Configuration.Log read(Section top) {
    Section log = top.section("log", List.of("level", "format", "file", "syslog"));
    return new Configuration.Log(
        log.get("level")
            .flatMap(v -> v.choice(Configuration.Level.values()))
            .orElse(Defaults.LOG_LEVEL),
        log.get("format")
            .flatMap(v -> v.choice(Configuration.Format.values()))
            .orElse(Defaults.LOG_FORMAT),
        log.get("file").flatMap(v -> file(log)),
        log.get("syslog").flatMap(LogSection::syslog));
  }

  private static Optional<Configuration.LogFile> file(Section log) {
    Section file = log.section("file", List.of("path", "size", "backups", "age"));
    return file.require("path", "name the file that the log goes to")
        .flatMap(v -> v.path("a file"))
        .map(
            path ->
                new Configuration.LogFile(
                    path,
                    file.get("size")
                        .flatMap(v -> v.bytes(1024, 1024 * MEGABYTE))
                        .orElse(Defaults.LOG_FILE_BYTES),
                    file.get("backups")
                        .flatMap(v -> v.integer(1, MAX_BACKUPS))
                        .orElse(Defaults.LOG_FILE_BACKUPS),
                    file.get("age")
                        .flatMap(v -> v.duration(DAY, DAY.multipliedBy(3650)))
                        .orElse(Defaults.LOG_FILE_AGE)));
  }

  /** A port need not be written: syslog has one. */
  private static Optional<Address> syslog(Value value) {
    return value.rawText().isEmpty() || value.rawText().contains(":")
        ? value.address()
        : value.text("a host, or host:port").map(host -> new Address(host, SYSLOG_PORT));
  }
}
