package io.understudy.proxy.backend;

import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a connection that broke, which is everyday life, from a fault of the proxy's own. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /** Logs what ended a connection. */
  public static void report(String connection, Throwable cause) {
    Throwable real =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (real instanceof IOException) {
      LOG.debug("{} broke: {}", connection, real.getMessage());
    } else {
      LOG.error("{} is closed by a fault of the proxy's own; please report it", connection, cause);
    }
  }
}
