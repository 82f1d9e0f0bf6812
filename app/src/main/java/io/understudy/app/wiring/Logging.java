package io.understudy.app.wiring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.understudy.app.config.Configuration;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: standard error, one line each, for a person or as JSON, and a file and syslog
 * where they are asked for.
 *
 * <p>It is found by Logback as its configurator, so that nothing is read from files and Logback's
 * own start-up talk never shows.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  /** Libraries whose everyday news is of no use to an operator. */
  private static final List<String> LIBRARIES =
      List.of("io.netty", "io.lettuce", "reactor", "org.apache.zookeeper");

  /** Says nothing that is not also said, in one line and with a remedy, by what uses it. */
  private static final String ECHO = "org.apache.curator";

  private static final String ROOT = org.slf4j.Logger.ROOT_LOGGER_NAME;
  private static final String STANDARD_ERROR = "System.err";

  /** Called by Logback through {@link java.util.ServiceLoader}. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    apply(context, Level.WARN, new TextLine());
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Sets level, format and places for the whole process.
   *
   * @throws StartException when the log file cannot be written; nothing is changed then
   */
  public static void apply(Configuration.Log log) throws StartException {
    Level level =
        switch (log.level()) {
          case DEBUG -> Level.DEBUG;
          case INFO -> Level.INFO;
          case WARN -> Level.WARN;
          case ERROR -> Level.ERROR;
        };
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      if (log.file().isPresent()) {
        LogPlaces.requireWritable(log.file().get().path());
      }
      // Nothing else may have the file open when it is opened.
      apply(context, level, encoder(log.format()));
      Logger root = context.getLogger(ROOT);
      log.file()
          .ifPresent(
              file -> root.addAppender(LogPlaces.file(context, file, encoder(log.format()))));
      log.syslog().ifPresent(address -> root.addAppender(LogPlaces.syslog(context, address)));
    }
  }

  private static Encoder<ILoggingEvent> encoder(Configuration.Format format) {
    return switch (format) {
      case TEXT -> new TextLine();
      case JSON -> new JsonLine();
    };
  }

  private static void apply(LoggerContext context, Level level, Encoder<ILoggingEvent> encoder) {
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget(STANDARD_ERROR);
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(ROOT);
    root.detachAndStopAllAppenders();
    root.setLevel(level);
    root.addAppender(appender);
    for (String library : LIBRARIES) {
      context.getLogger(library).setLevel(Level.ERROR);
    }
    context.getLogger(ECHO).setLevel(Level.OFF);
  }
}
