package io.understudy.failover.observe;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The reply to INFO, as fields.
 *
 * @param fields by name, of all sections
 */
record InfoText(Map<String, String> fields) {
  InfoText {
    fields = Map.copyOf(fields);
  }

  static InfoText parse(String reply) {
    Map<String, String> fields = new HashMap<>();
    reply
        .lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
              }
            });
    return new InfoText(fields);
  }

  Optional<String> text(String field) {
    return Optional.ofNullable(fields.get(field)).filter(value -> !value.isEmpty());
  }

  OptionalLong number(String field) {
    String value = fields.get(field);
    if (value == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // a field that changed its form is a field that is not there
    }
  }

  boolean isOne(String field) {
    return "1".equals(fields.get(field));
  }

  /** Keys in all databases. */
  long keys() {
    long keys = 0;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (field.getKey().matches("db\\d+") && field.getValue().startsWith("keys=")) {
        String value = field.getValue().substring("keys=".length());
        int comma = value.indexOf(',');
        keys += Long.parseLong(comma < 0 ? value : value.substring(0, comma));
      }
    }
    return keys;
  }
}
