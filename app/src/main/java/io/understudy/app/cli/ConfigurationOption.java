package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationException;
import io.understudy.app.config.ConfigurationFile;
import java.nio.file.Path;
import java.util.Optional;

/** Reads a configuration for a command, and ends the command when it is wrong. */
final class ConfigurationOption {
  private ConfigurationOption() {}

  static Configuration read(Path file) {
    try {
      return ConfigurationFile.read(file, name -> Optional.ofNullable(System.getenv(name)));
    } catch (ConfigurationException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
