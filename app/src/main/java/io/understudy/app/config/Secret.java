package io.understudy.app.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A text that must not be seen: whatever prints it prints stars. */
public final class Secret {
  private final String text;

  /** Wraps a text; the text itself is never checked, since passwords may be anything. */
  public Secret(String text) {
    this.text = text;
  }

  /** The text, for the one place that sends it to a server. */
  public String reveal() {
    return text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret
        && MessageDigest.isEqual(
            text.getBytes(StandardCharsets.UTF_8), secret.text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return "****";
  }
}
