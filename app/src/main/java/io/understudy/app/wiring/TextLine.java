package io.understudy.app.wiring;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.event.KeyValuePair;

/**
 * A log line for a person: time in UTC, level, the facts that were given as key and value, the
 * message. A stack trace follows only at level debug.
 */
final class TextLine extends EncoderBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(event.getInstant(), line);
    line.append(' ').append(padded(event.getLevel().toString())).append(' ');
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        line.append(pair.key).append('=').append(oneLine(String.valueOf(pair.value))).append(' ');
      }
    }
    line.append(oneLine(event.getFormattedMessage()));
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.append(": ").append(oneLine(String.valueOf(thrown.getMessage())));
    }
    line.append('\n');
    if (thrown != null && event.getLevel().levelInt <= ch.qos.logback.classic.Level.DEBUG_INT) {
      line.append(ThrowableProxyUtil.asString(thrown));
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What a server or a client sent may hold line breaks, which would forge lines. */
  private static String oneLine(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n");
  }

  private static String padded(String level) {
    return level.length() < 5 ? level + " ".repeat(5 - level.length()) : level;
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
