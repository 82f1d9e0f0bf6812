package io.understudy.app.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A mapping of the file whose keys are known: anything else in it is a mistake. */
final class Section {
  private final Node node;
  private final String path;
  private final Source source;
  private final Map<String, Value> values;

  private Section(Node node, String path, Source source, Map<String, Value> values) {
    this.node = node;
    this.path = path;
    this.source = source;
    this.values = values;
  }

  /** Reads a mapping, noting unknown and repeated keys. */
  static Section of(MappingNode node, String path, Source source, List<String> known) {
    Map<String, Value> values = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        source.problem(tuple.getKeyNode(), path, "a key must be a word");
        continue;
      }
      String key = keyNode.getValue();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      if (!known.contains(key)) {
        source.problem(keyNode, keyPath, "unknown key; " + meant(key, known));
      } else if (values.containsKey(key)) {
        source.problem(keyNode, keyPath, "this key is written twice; keep one");
      } else {
        values.put(key, new Value(tuple.getValueNode(), keyPath, source));
      }
    }
    return new Section(node, path, source, values);
  }

  /** A section that is not in the file: every key has its default. */
  static Section absent(Node parent, String path, Source source) {
    return new Section(parent, path, source, Map.of());
  }

  private static String meant(String key, List<String> known) {
    return Spelling.nearest(key, known)
        .map(k -> "did you mean '" + k + "'?")
        .orElse("known here: " + String.join(", ", known));
  }

  /** The value of a key, if it is written. */
  Optional<Value> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** The value of a key, or a mistake noted that says what to write. */
  Optional<Value> require(String key, String remedy) {
    Optional<Value> value = get(key);
    if (value.isEmpty()) {
      source.problem(node, path, "'" + key + "' is missing; " + remedy);
    }
    return value;
  }

  /** The section under a key, or an absent one. */
  Section section(String key, List<String> known) {
    String keyPath = path.isEmpty() ? key : path + "." + key;
    return get(key)
        .flatMap(v -> v.section(known))
        .orElseGet(() -> Section.absent(node, keyPath, source));
  }
}
