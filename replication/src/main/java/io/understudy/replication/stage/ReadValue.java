package io.understudy.replication.stage;

import io.understudy.replication.rdb.DumpPayload;
import io.understudy.replication.rdb.Value;
import io.understudy.replication.rdb.ValueKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A value that was read from the source as commands that make it.
 *
 * @param kind what it is
 * @param value what it holds; opaque if that is of no interest
 * @param expireAtMillis milliseconds since 1970; 0 for never
 */
record ReadValue(ValueKind kind, Value value, long expireAtMillis) {
  /** The longest string in a value that is read. */
  private static final int MAX_STRING_BYTES = 512 << 20;

  /** What makes the payload of RESTORE of a value. */
  @FunctionalInterface
  interface Writer {
    /** The payload. */
    byte[] payload(Value value);
  }

  /**
   * Reads commands: DEL, then those that write, then perhaps PEXPIREAT.
   *
   * @param commands at least two
   */
  static ReadValue of(List<List<byte[]>> commands) {
    List<byte[]> first = commands.get(1);
    String name = Words.text(first, 0).toUpperCase(Locale.ROOT);
    if (name.equals("RESTORE")) {
      DumpPayload payload = DumpPayload.parse(first.get(3));
      ValueKind kind = payload.type().kind();
      return new ReadValue(
          kind,
          Contents.isGiven(kind)
              ? payload.decode(MAX_STRING_BYTES)
              : new Value.Opaque(payload.type(), payload.value()),
          Long.parseLong(Words.text(first, 2)));
    }
    long expireAtMillis = 0;
    List<byte[]> items = new ArrayList<>();
    for (List<byte[]> words : commands.subList(1, commands.size())) {
      if (Words.is(words, 0, "PEXPIREAT")) {
        expireAtMillis = Long.parseLong(Words.text(words, 2));
      } else {
        items.addAll(words.subList(2, words.size()));
      }
    }
    return switch (name) {
      case "SET" ->
          new ReadValue(ValueKind.STRING, new Value.Text(items.getFirst()), expireAtMillis);
      case "RPUSH" -> new ReadValue(ValueKind.LIST, new Value.Items(items), expireAtMillis);
      case "SADD" -> new ReadValue(ValueKind.SET, new Value.Members(items), expireAtMillis);
      case "ZADD" -> new ReadValue(ValueKind.SORTED_SET, scores(items), expireAtMillis);
      case "HSET" -> new ReadValue(ValueKind.HASH, fields(items), expireAtMillis);
      default -> throw new UncuttableException(name + " makes a value of no known type");
    };
  }

  private static Value scores(List<byte[]> items) {
    List<Value.Scored> scored = new ArrayList<>();
    for (int i = 0; i + 1 < items.size(); i += 2) {
      String score = Words.text(items, i);
      scored.add(
          new Value.Scored(
              items.get(i + 1),
              switch (score) {
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                default -> Double.parseDouble(score);
              }));
    }
    return new Value.Scores(scored);
  }

  private static Value fields(List<byte[]> items) {
    List<Value.Field> fields = new ArrayList<>();
    for (int i = 0; i + 1 < items.size(); i += 2) {
      fields.add(new Value.Field(items.get(i), items.get(i + 1), Value.Field.NEVER));
    }
    return new Value.Fields(fields);
  }
}
