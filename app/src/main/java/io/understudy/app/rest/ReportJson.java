package io.understudy.app.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes reports as JSON: absent values as {@code null}, keys in a fixed order. */
final class ReportJson {
  private static final JsonFactory JSON = new JsonFactory();

  private ReportJson() {}

  /** All groups, without evidence and journal. */
  static String status(List<GroupReport> groups, List<ReplicationReport> sources) {
    return write(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("groups");
          for (GroupReport group : groups) {
            group(json, group, false);
          }
          json.writeEndArray();
          if (!sources.isEmpty()) {
            ReplicationPage.json(json, sources);
          }
          json.writeEndObject();
        });
  }

  /** One group with everything that led to the present decision. */
  static String explain(GroupReport group) {
    return write(json -> group(json, group, true));
  }

  /** An answer that only says why there is no other. */
  static String error(String message) {
    return write(
        json -> {
          json.writeStartObject();
          json.writeStringField("error", message);
          json.writeEndObject();
        });
  }

  /** An object with one array of sentences. */
  static String lines(String name, List<String> lines) {
    return write(
        json -> {
          json.writeStartObject();
          strings(json, name, lines);
          json.writeEndObject();
        });
  }

  private static void group(JsonGenerator json, GroupReport group, boolean explain)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("group", group.name());
    strings(json, "listeners", group.listeners());
    json.writeNumberField("epoch", group.epoch());
    json.writeStringField("primary", group.primary().orElse(null));
    json.writeStringField("publication", group.publication().text());
    json.writeStringField("rule", group.rule());
    json.writeStringField("reason", group.reason());
    json.writeStringField("operation", group.operation().orElse(null));
    json.writeArrayFieldStart("nodes");
    for (GroupReport.NodeReport node : group.nodes()) {
      node(json, node);
    }
    json.writeEndArray();
    strings(json, "differences", group.differences());
    if (explain) {
      strings(json, "evidence", group.evidence());
      strings(json, "journal", group.journal());
    }
    json.writeEndObject();
  }

  private static void node(JsonGenerator json, GroupReport.NodeReport node) throws IOException {
    json.writeStartObject();
    json.writeStringField("address", node.address());
    json.writeStringField("role", node.role());
    json.writeBooleanField("up", node.up());
    json.writeStringField("health", node.health());
    json.writeStringField("runId", node.runId().isEmpty() ? null : node.runId());
    json.writeStringField("version", node.version().isEmpty() ? null : node.version());
    if (node.offset().isPresent()) {
      json.writeNumberField("offset", node.offset().getAsLong());
    } else {
      json.writeNullField("offset");
    }
    json.writeStringField("link", node.link().isEmpty() ? null : node.link());
    json.writeEndObject();
  }

  /** An array of texts. */
  static void strings(JsonGenerator json, String name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** Writes one value. */
  static String write(Body body) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be written to", e);
    }
    return text + "\n";
  }

  /** What writes the value. */
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }
}
