package io.understudy.failover;

import java.io.IOException;
import java.io.Serial;

/** Says that this process does not act for a group, and so did nothing. */
public final class NotActingException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  NotActingException(String message) {
    super(message);
  }
}
