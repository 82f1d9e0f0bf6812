package io.understudy.app.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The file that is being read, and the mistakes found in it so far.
 *
 * @param name the file as the user wrote it
 * @param directory what relative paths inside the file are relative to; absolute
 * @param environment the value of an environment variable, if it is set
 * @param problems grows while the file is read
 */
record Source(
    String name,
    Path directory,
    Function<String, Optional<String>> environment,
    List<String> problems) {
  /** More mistakes than this are not listed. */
  private static final int MAX_PROBLEMS = 20;

  Source(String name, Path directory, Function<String, Optional<String>> environment) {
    this(name, directory, environment, new ArrayList<>());
  }

  /** Notes a mistake at a place. */
  void problem(Node node, String path, String message) {
    problem(node.getStartMark(), path, message);
  }

  /** Notes a mistake at a place; the message must not contain a secret. */
  void problem(Optional<Mark> mark, String path, String message) {
    if (problems.size() < MAX_PROBLEMS) {
      String line = mark.map(m -> ":" + (m.getLine() + 1)).orElse("");
      String where = path.isEmpty() ? "" : path + ": ";
      problems.add(name + line + ": " + where + message);
    }
  }
}
