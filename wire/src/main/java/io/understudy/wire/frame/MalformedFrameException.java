package io.understudy.wire.frame;

import java.io.Serial;

/** Bytes that are not a frame, or are one over the limits; the message says which. */
public final class MalformedFrameException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  MalformedFrameException(String message) {
    super(message);
  }
}
