package io.understudy.proxy;

import java.io.IOException;

/** An address cannot be listened at. Its message is one line for an operator. */
public final class BindException extends IOException {
  private static final long serialVersionUID = 1L;

  BindException(Listener listener, Throwable cause) {
    super(
        "cannot listen at "
            + listener
            + ": "
            + cause.getMessage()
            + "; choose another address, or stop what uses it",
        cause);
  }
}
