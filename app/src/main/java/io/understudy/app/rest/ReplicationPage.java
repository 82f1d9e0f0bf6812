package io.understudy.app.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Writes what there is to say about replicated sources, for a person and as JSON. */
final class ReplicationPage {
  private ReplicationPage() {}

  static String text(List<ReplicationReport> sources) {
    StringBuilder text = new StringBuilder();
    for (ReplicationReport source : sources) {
      text.append("\nsource ").append(source.name()).append("   at ").append(source.source());
      if (!source.server().isEmpty()) {
        text.append(", ").append(source.server());
      }
      text.append("\n  ").append(source.line()).append('\n');
      source.feeds().forEach(feed -> feed(text, feed));
    }
    return text.toString();
  }

  private static void feed(StringBuilder text, ReplicationReport.Feed feed) {
    text.append("  feed ").append(feed.listen()).append("  ").append(feed.description());
    text.append("  offset ").append(feed.offset()).append('\n');
    feed.stopped().ifPresent(why -> text.append("    STOPPED: ").append(why).append('\n'));
    feed.refused().ifPresent(why -> text.append("    REFUSED: ").append(why).append('\n'));
    feed.lastLost()
        .ifPresent(
            what ->
                text.append("    LEFT OUT ")
                    .append(feed.lost())
                    .append(" COMMANDS, the last: ")
                    .append(what)
                    .append('\n'));
    counts(text, "keys of the snapshot left out", feed.snapshotLeftOut());
    counts(text, "commands left out", feed.leftOut());
    for (ReplicationReport.Replica replica : feed.replicas()) {
      text.append("    replica ").append(replica.address()).append("  ").append(replica.phase());
      text.append(", lag ").append(replica.lagBytes()).append(" bytes, ");
      text.append(ReplicationReport.seconds(replica.lagMillis()));
      if (!replica.server().isEmpty()) {
        text.append(", ").append(replica.server());
      }
      if (replica.refusedCommands() > 0) {
        text.append(", REFUSED ").append(replica.refusedCommands()).append(" COMMANDS");
      }
      if (replica.replacedKeys() > 0) {
        text.append(", REPLACED ").append(replica.replacedKeys()).append(" KEYS THAT IT HELD");
      }
      text.append('\n');
    }
  }

  private static void counts(StringBuilder text, String what, Map<String, Long> counts) {
    if (!counts.isEmpty()) {
      text.append("    ").append(what).append(": ");
      text.append(
          counts.entrySet().stream()
              .map(each -> each.getValue() + " by " + each.getKey())
              .collect(Collectors.joining(", ")));
      text.append('\n');
    }
  }

  static void json(JsonGenerator json, List<ReplicationReport> sources) throws IOException {
    json.writeArrayFieldStart("replication");
    for (ReplicationReport source : sources) {
      json.writeStartObject();
      json.writeStringField("name", source.name());
      json.writeStringField("source", source.source());
      json.writeStringField("state", source.state());
      json.writeStringField("reason", source.reason().isEmpty() ? null : source.reason());
      json.writeStringField("server", source.server().isEmpty() ? null : source.server());
      json.writeNumberField("offset", source.offset());
      json.writeNumberField("fullResyncs", source.fullResyncs());
      json.writeNumberField("partialResyncs", source.partialResyncs());
      snapshot(json, source);
      json.writeArrayFieldStart("feeds");
      for (ReplicationReport.Feed feed : source.feeds()) {
        feed(json, feed);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void snapshot(JsonGenerator json, ReplicationReport source) throws IOException {
    if (source.snapshot().isEmpty()) {
      json.writeNullField("snapshot");
      return;
    }
    ReplicationReport.Progress progress = source.snapshot().get();
    json.writeObjectFieldStart("snapshot");
    json.writeNumberField("bytes", progress.bytes());
    json.writeNumberField("keys", progress.keys());
    number(json, "percent", progress.percent());
    json.writeNumberField("bytesPerSecond", progress.bytesPerSecond());
    number(json, "secondsLeft", progress.secondsLeft());
    json.writeEndObject();
  }

  private static void number(JsonGenerator json, String name, OptionalLong value)
      throws IOException {
    if (value.isPresent()) {
      json.writeNumberField(name, value.getAsLong());
    } else {
      json.writeNullField(name);
    }
  }

  private static void counts(JsonGenerator json, String name, Map<String, Long> counts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, Long> each : counts.entrySet()) {
      json.writeNumberField(each.getKey(), each.getValue());
    }
    json.writeEndObject();
  }

  private static void feed(JsonGenerator json, ReplicationReport.Feed feed) throws IOException {
    json.writeStartObject();
    json.writeStringField("listen", feed.listen());
    json.writeStringField("description", feed.description());
    json.writeStringField("target", feed.target().isEmpty() ? null : feed.target());
    json.writeStringField("stopped", feed.stopped().orElse(null));
    json.writeStringField("refused", feed.refused().orElse(null));
    json.writeNumberField("offset", feed.offset());
    json.writeNumberField("backlogBytes", feed.backlogBytes());
    json.writeNumberField("snapshotKeys", feed.snapshotKeys());
    counts(json, "snapshotLeftOut", feed.snapshotLeftOut());
    json.writeNumberField("passed", feed.passed());
    counts(json, "leftOut", feed.leftOut());
    json.writeNumberField("cut", feed.cut());
    json.writeNumberField("fetched", feed.fetched());
    json.writeNumberField("translated", feed.translated());
    json.writeNumberField("unsaid", feed.unsaid());
    json.writeNumberField("lost", feed.lost());
    json.writeStringField("lastLost", feed.lastLost().orElse(null));
    json.writeNumberField("fullResyncs", feed.fullResyncs());
    json.writeNumberField("partialResyncs", feed.partialResyncs());
    json.writeArrayFieldStart("replicas");
    for (ReplicationReport.Replica replica : feed.replicas()) {
      json.writeStartObject();
      json.writeStringField("address", replica.address());
      json.writeStringField("phase", replica.phase());
      json.writeNumberField("lagBytes", replica.lagBytes());
      json.writeNumberField("lagMillis", replica.lagMillis());
      json.writeStringField("server", replica.server().isEmpty() ? null : replica.server());
      json.writeNumberField("refusedCommands", replica.refusedCommands());
      json.writeNumberField("replacedKeys", replica.replacedKeys());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
