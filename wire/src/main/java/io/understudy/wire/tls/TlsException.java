package io.understudy.wire.tls;

import java.io.IOException;

/** A file of TLS cannot be used. Its message is one line for an operator and names the file. */
public final class TlsException extends IOException {
  private static final long serialVersionUID = 1L;

  TlsException(String message, Throwable cause) {
    super(message, cause);
  }

  TlsException(String message) {
    super(message);
  }
}
