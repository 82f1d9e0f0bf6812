package io.understudy.app.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a configuration file. The order of the methods is the order of the file. */
public final class ConfigurationFile {
  /** A configuration is some kilobytes; this is another file. */
  private static final long MAX_FILE_BYTES = 1 << 20;

  private final Source source;

  private ConfigurationFile(Source source) {
    this.source = source;
  }

  /**
   * Reads and checks a file.
   *
   * @param environment the value of an environment variable, if it is set
   * @throws ConfigurationException with one line per mistake
   */
  public static Configuration read(Path file, Function<String, Optional<String>> environment)
      throws ConfigurationException {
    Path directory = file.toAbsolutePath().getParent();
    Source source = new Source(file.toString(), directory == null ? file : directory, environment);
    Optional<Configuration> configuration =
        text(file, source)
            .flatMap(text -> parse(text, source))
            .flatMap(root -> new ConfigurationFile(source).configuration(root));
    if (configuration.isEmpty() || !source.problems().isEmpty()) {
      throw new ConfigurationException(source.problems());
    }
    return configuration.get();
  }

  private static Optional<String> text(Path file, Source source) {
    try {
      if (Files.isDirectory(file)) {
        source.problem(Optional.empty(), "", "is a directory; name the configuration file");
      } else if (Files.exists(file) && Files.size(file) > MAX_FILE_BYTES) {
        source.problem(
            Optional.empty(), "", "is larger than 1mb, so it is not a configuration file");
      } else {
        return Optional.of(Files.readString(file));
      }
    } catch (NoSuchFileException e) {
      source.problem(
          Optional.empty(),
          "",
          "there is no such file; create it (README.md has an example), or name another with -c");
    } catch (CharacterCodingException e) {
      source.problem(Optional.empty(), "", "is not UTF-8 text");
    } catch (IOException e) {
      source.problem(
          Optional.empty(), "", "cannot be read by this user; change its owner or its mode");
    }
    return Optional.empty();
  }

  private static Optional<Node> parse(String text, Source source) {
    LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
    try {
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        source.problem(
            Optional.empty(),
            "",
            "is empty; it needs at least 'groups' (README.md has an example)");
      }
      return root;
    } catch (MarkedYamlEngineException e) {
      String problem = e.getProblem().replaceAll("\\s+", " ");
      source.problem(
          e.getProblemMark(),
          "",
          problem.contains("TAB") || problem.contains("'\\t'")
              ? "a tab stands where only spaces may; indent with spaces"
              : "this is not YAML: " + problem);
    } catch (YamlEngineException e) {
      source.problem(
          Optional.empty(),
          "",
          "this is not YAML: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    return Optional.empty();
  }

  private Optional<Configuration> configuration(Node root) {
    return new Value(root, "", source)
        .section(
            List.of(
                "groups", "standby", "proxy", "failover", "hooks", "replication", "admin", "log"))
        .map(
            top -> {
              List<Configuration.Group> groups = GroupSection.read(top);
              Configuration.Proxy proxy = ProxySection.read(top, groups);
              return new Configuration(
                  groups,
                  proxy,
                  FailoverSection.read(top, source, groups),
                  ReplicationSection.read(top, groups, proxy.listeners()),
                  AdminSection.read(top, proxy.listeners()),
                  LogSection.read(top));
            });
  }
}
