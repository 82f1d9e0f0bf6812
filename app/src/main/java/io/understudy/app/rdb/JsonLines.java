package io.understudy.app.rdb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.understudy.replication.rdb.EntryType;
import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbException;
import io.understudy.replication.rdb.RdbHandler;
import io.understudy.replication.rdb.RdbRecord;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.Take;
import io.understudy.replication.rdb.Value;
import io.understudy.replication.rdb.ValueDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes each key with its value as one line of JSON.
 *
 * <p>Strings that are UTF-8 are strings; others are objects with one field, {@code base64}. A value
 * that is larger than the limit, or that only a module could read, is left out and its bytes in the
 * file are named instead.
 */
public final class JsonLines implements RdbHandler {
  private final Predicate<RdbEntry> choice;
  private final int maxValueBytes;
  private final JsonGenerator json;
  private final ValueJson values;
  private final ValueDecoder decoder;
  private final ByteArrayOutputStream value = new ByteArrayOutputStream();
  private EntryType type = EntryType.STRING;
  private String shownKey = "";
  private long bytes;

  /**
   * Lines that are written to {@code out}, which the caller flushes.
   *
   * @param maxValueBytes the largest value, in bytes of the file, and the longest string in it
   * @throws UncheckedIOException from here on, when {@code out} fails
   */
  public JsonLines(Predicate<RdbEntry> choice, int maxValueBytes, OutputStream out) {
    this.choice = choice;
    this.maxValueBytes = maxValueBytes;
    decoder = new ValueDecoder(maxValueBytes);
    try {
      json = new JsonFactory().createGenerator(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    json.disable(StreamWriteFeature.AUTO_CLOSE_TARGET.mappedFeature());
    json.setRootValueSeparator(null);
    values = new ValueJson(json);
  }

  @Override
  public void onStart(RdbVersion version) {}

  @Override
  public Take onRecord(RdbRecord record) {
    if (record instanceof RdbRecord.Template template) {
      decoder.define(template);
    }
    return Take.NOTHING;
  }

  @Override
  public Take onEntry(RdbEntry entry) {
    if (!choice.test(entry)) {
      return Take.NOTHING;
    }
    type = entry.type();
    shownKey = entry.shownKey();
    bytes = 0;
    value.reset();
    try {
      json.writeStartObject();
      json.writeNumberField("db", entry.database());
      json.writeFieldName("key");
      values.string(entry.key());
      json.writeStringField("type", type.kind().word());
      json.writeStringField("encoding", Encodings.name(type));
      if (entry.hasExpiry()) {
        json.writeNumberField("expireAt", entry.expireAtMillis());
      }
      if (entry.idleSeconds() != RdbEntry.NONE) {
        json.writeNumberField("idleSeconds", entry.idleSeconds());
      }
      if (entry.frequency() != RdbEntry.NONE) {
        json.writeNumberField("frequency", entry.frequency());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Take.VALUE;
  }

  @Override
  public void onBytes(byte[] piece, int offset, int length) {
    bytes += length;
    if (bytes <= maxValueBytes) {
      value.write(piece, offset, length);
    } else {
      value.reset();
    }
  }

  @Override
  public void onPartEnd() {
    try {
      Value decoded = decoded();
      if (decoded == null) {
        json.writeNumberField("omittedBytes", bytes);
      } else {
        values.field(decoded);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (RdbException e) {
      throw new DamagedValueException(shownKey, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value, or null when it is too large. */
  private @Nullable Value decoded() {
    if (bytes > maxValueBytes) {
      return null;
    }
    byte[] whole = value.toByteArray();
    try {
      return decoder.decode(type, whole, 0, whole.length);
    } catch (RdbException e) {
      if (e.isOverLimit()) {
        return null;
      }
      throw e;
    }
  }

  @Override
  public void onEnd() {
    try {
      json.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value whose bytes make no sense; the message names its key. */
  public static final class DamagedValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedValueException(String shownKey, RdbException cause) {
      super("the value of key " + shownKey + " is damaged: " + cause.getMessage(), cause);
    }
  }
}
