package io.understudy.app.config;

import java.util.List;

/** Says what is wrong with a configuration, one line per mistake, in the order of the file. */
public final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Lines that a person reads; a list of strings, so it is serializable. */
  @SuppressWarnings("serial")
  private final List<String> lines;

  /** Carries at least one line. */
  public ConfigurationException(List<String> lines) {
    super(String.join("\n", lines));
    this.lines = List.copyOf(lines);
  }

  /** One line per mistake: file, line, path, what was expected. Never a secret. */
  public List<String> lines() {
    return lines;
  }
}
