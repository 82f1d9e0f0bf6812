package io.understudy.app.rdb;

import com.fasterxml.jackson.core.JsonGenerator;
import io.understudy.replication.rdb.StreamContent;
import io.understudy.replication.rdb.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes values as JSON. */
final class ValueJson {
  private final JsonGenerator json;

  ValueJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes the field {@code value}, or {@code omittedBytes} where nobody can read it. */
  void field(Value value) throws IOException {
    if (value instanceof Value.Opaque(var _, byte[] bytes)) {
      json.writeNumberField("omittedBytes", bytes.length);
      return;
    }
    json.writeFieldName("value");
    switch (value) {
      case Value.Text(byte[] bytes) -> string(bytes);
      case Value.Items(List<byte[]> items) -> strings(items);
      case Value.Members(List<byte[]> members) -> strings(members);
      case Value.Scores(List<Value.Scored> members) -> scores(members);
      case Value.Fields(List<Value.Field> fields) -> fields(fields);
      case Value.Stream(StreamContent stream) -> stream(stream);
      case Value.Opaque _ -> throw new IllegalStateException("was handled before");
    }
  }

  /** A string, or an object that holds it in base 64 when it is no UTF-8. */
  void string(byte[] bytes) throws IOException {
    try {
      json.writeString(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      json.writeStartObject();
      json.writeBinaryField("base64", bytes);
      json.writeEndObject();
    }
  }

  private void strings(List<byte[]> strings) throws IOException {
    json.writeStartArray();
    for (byte[] string : strings) {
      string(string);
    }
    json.writeEndArray();
  }

  private void scores(List<Value.Scored> members) throws IOException {
    json.writeStartArray();
    for (Value.Scored scored : members) {
      json.writeStartObject();
      named("member", scored.member());
      json.writeFieldName("score");
      if (Double.isInfinite(scored.score())) {
        json.writeString(scored.score() > 0 ? "inf" : "-inf");
      } else {
        json.writeNumber(scored.score());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void fields(List<Value.Field> fields) throws IOException {
    json.writeStartArray();
    for (Value.Field field : fields) {
      json.writeStartObject();
      named("field", field.name());
      named("value", field.value());
      if (field.expireAtMillis() != Value.Field.NEVER) {
        json.writeNumberField("expireAt", field.expireAtMillis());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void stream(StreamContent stream) throws IOException {
    json.writeStartObject();
    json.writeStringField("lastId", stream.last().toString());
    json.writeArrayFieldStart("entries");
    for (StreamContent.Entry entry : stream.entries()) {
      json.writeStartObject();
      json.writeStringField("id", entry.id().toString());
      json.writeFieldName("fields");
      strings(entry.fields());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("groups");
    for (StreamContent.Group group : stream.groups()) {
      group(group);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void group(StreamContent.Group group) throws IOException {
    json.writeStartObject();
    named("name", group.name());
    json.writeStringField("lastId", group.last().toString());
    json.writeArrayFieldStart("pending");
    for (StreamContent.Pending pending : group.pending()) {
      json.writeStartObject();
      json.writeStringField("id", pending.id().toString());
      json.writeNumberField("deliveredAt", pending.deliveredAtMillis());
      json.writeNumberField("deliveries", pending.deliveries());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("consumers");
    for (StreamContent.Consumer consumer : group.consumers()) {
      json.writeStartObject();
      named("name", consumer.name());
      json.writeNumberField("seenAt", consumer.seenAtMillis());
      json.writeArrayFieldStart("pending");
      for (StreamContent.EntryId id : consumer.pending()) {
        json.writeString(id.toString());
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void named(String name, byte[] bytes) throws IOException {
    json.writeFieldName(name);
    string(bytes);
  }
}
