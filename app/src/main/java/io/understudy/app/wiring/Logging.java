package io.understudy.app.wiring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.understudy.app.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
  private static final String OUTLETS = "outlets";

  /** Called by Logback through {@link java.util.ServiceLoader}. */
  public Logging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    apply(context, Level.WARN, () -> List.of(standardError(context, new TextLine())));
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
      apply(context, level, () -> places(context, log));
    }
  }

  private static List<Appender<ILoggingEvent>> places(
      LoggerContext context, Configuration.Log log) {
    List<Appender<ILoggingEvent>> places = new ArrayList<>();
    places.add(standardError(context, encoder(log.format())));
    log.file().ifPresent(file -> places.add(LogPlaces.file(context, file, encoder(log.format()))));
    log.syslog().ifPresent(address -> places.add(LogPlaces.syslog(context, address)));
    return places;
  }

  private static Encoder<ILoggingEvent> encoder(Configuration.Format format) {
    return switch (format) {
      case TEXT -> new TextLine();
      case JSON -> new JsonLine();
    };
  }

  private static Appender<ILoggingEvent> standardError(
      LoggerContext context, Encoder<ILoggingEvent> encoder) {
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setTarget(STANDARD_ERROR);
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static synchronized void apply(
      LoggerContext context, Level level, Supplier<List<Appender<ILoggingEvent>>> places) {
    Logger root = context.getLogger(ROOT);
    // While others log: a reload must not cost the line that tells of a failover.
    if (root.getAppender(OUTLETS) instanceof LogOutlets outlets) {
      outlets.become(places);
    } else {
      LogOutlets outlets = new LogOutlets();
      outlets.setName(OUTLETS);
      outlets.setContext(context);
      outlets.become(places);
      outlets.start();
      root.detachAndStopAllAppenders();
      root.addAppender(outlets);
    }
    root.setLevel(level);
    for (String library : LIBRARIES) {
      context.getLogger(library).setLevel(Level.ERROR);
    }
    context.getLogger(ECHO).setLevel(Level.OFF);
  }
}
