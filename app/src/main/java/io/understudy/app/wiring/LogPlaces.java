package io.understudy.app.wiring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.net.SyslogAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import io.understudy.app.config.Configuration;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The places besides standard error that log lines can go to: a file that rolls, and syslog. */
final class LogPlaces {
  private static final String FACILITY = "DAEMON";

  /** What stands before each line in syslog, besides what the protocol puts there. */
  private static final String SYSLOG_LINE = "understudy: %msg";

  /** Behind the name of a file that was full or of another day. */
  private static final String ROLLED = ".%d{yyyy-MM-dd}.%i";

  private LogPlaces() {}

  static Appender<ILoggingEvent> file(
      LoggerContext context, Configuration.LogFile file, Encoder<ILoggingEvent> encoder) {
    Path path = file.path();
    encoder.setContext(context);
    encoder.start();
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(path.toString());
    appender.setEncoder(encoder);
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
    rolling.setContext(context);
    rolling.setParent(appender);
    rolling.setFileNamePattern(path + ROLLED);
    rolling.setMaxFileSize(new FileSize(file.sizeBytes()));
    rolling.setTotalSizeCap(new FileSize(file.sizeBytes() * file.backups()));
    rolling.setMaxHistory(Math.toIntExact(file.age().toDays()));
    rolling.setCleanHistoryOnStart(true);
    rolling.start();
    appender.setRollingPolicy(rolling);
    appender.start();
    return appender;
  }

  /**
   * Logback would say nothing and log nowhere.
   *
   * @throws StartException when the file cannot be written
   */
  static void requireWritable(Path path) throws StartException {
    try {
      Path folder = path.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    } catch (IOException e) {
      throw new StartException(
          "log.file: '"
              + path
              + "' cannot be written; correct the path, or the rights of its folder",
          e);
    }
  }

  static Appender<ILoggingEvent> syslog(LoggerContext context, Address address) {
    ThresholdFilter severe = new ThresholdFilter();
    severe.setLevel(Level.WARN.toString());
    severe.start();
    SyslogAppender appender = new SyslogAppender();
    appender.setContext(context);
    appender.setSyslogHost(address.host());
    appender.setPort(address.port());
    appender.setFacility(FACILITY);
    appender.setSuffixPattern(SYSLOG_LINE);
    appender.setThrowableExcluded(true);
    appender.addFilter(severe);
    appender.start();
    return appender;
  }
}
