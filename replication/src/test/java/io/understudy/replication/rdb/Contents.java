package io.understudy.replication.rdb;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All keys with their values in one form that depends on no encoding: as a server answers them, and
 * as the decoder reads them.
 *
 * <p>The key of the map is the database and the key; modules' values are left out.
 */
final class Contents {
  private static final List<Integer> DATABASES = List.of(0, 7);

  private Contents() {}

  /** What a server tells by the commands that read. */
  static SortedMap<String, String> of(RedisServer server) {
    SortedMap<String, String> contents = new TreeMap<>();
    for (int database : DATABASES) {
      server.command("SELECT", Integer.toString(database));
      for (String key : Answers.texts(server.call("KEYS", "*"))) {
        String type = server.command("TYPE", key);
        if (!type.equals("vectorset")) {
          contents.put(
              database + " " + key,
              type + " " + expiry(server, key) + " " + value(server, type, key));
        }
      }
    }
    server.command("SELECT", "0");
    return contents;
  }

  private static long expiry(RedisServer server, String key) {
    if (server.version().isAtLeast(7, 0)) {
      return ((Reply.Whole) server.call("PEXPIRETIME", key)).value();
    }
    // The oldest only tells how long it still is.
    boolean expires = ((Reply.Whole) server.call("PTTL", key)).value() >= 0;
    return expires ? Dataset.EXPIRE_AT_MILLIS : -1;
  }

  private static String value(RedisServer server, String type, String key) {
    return switch (type) {
      case "string" -> server.command("GET", key);
      case "list" -> Answers.texts(server.call("LRANGE", key, "0", "-1")).toString();
      case "set" -> sorted(Answers.texts(server.call("SMEMBERS", key)));
      case "zset" -> {
        List<String> lines = new ArrayList<>();
        List<String> answer = Answers.texts(server.call("ZRANGE", key, "0", "-1", "WITHSCORES"));
        for (int i = 0; i < answer.size(); i += 2) {
          lines.add(answer.get(i) + "=" + score(answer.get(i + 1)));
        }
        yield sorted(lines);
      }
      case "hash" -> hash(server, key);
      case "stream" -> stream(server, key);
      default -> throw new AssertionError("no reader for " + type);
    };
  }

  private static double score(String digits) {
    return switch (digits) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(digits);
    };
  }

  private static String hash(RedisServer server, String key) {
    List<String> answer = Answers.texts(server.call("HGETALL", key));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < answer.size(); i += 2) {
      String time = "-1";
      if (Dataset.hasFieldTimes(server.version())) {
        time = server.command("HPEXPIRETIME", key, "FIELDS", "1", answer.get(i));
      }
      lines.add(answer.get(i) + "=" + answer.get(i + 1) + "@" + time);
    }
    return sorted(lines);
  }

  private static String stream(RedisServer server, String key) {
    var text = new StringBuilder();
    for (Reply entry : items(server.call("XRANGE", key, "-", "+"))) {
      List<Reply> parts = items(entry);
      text.append(parts.getFirst().text()).append(Answers.texts(parts.get(1)));
    }
    text.append(" last ").append(named(server.call("XINFO", "STREAM", key), "last-generated-id"));
    for (Reply group : items(server.call("XINFO", "GROUPS", key))) {
      String name = named(group, "name");
      text.append(" group ").append(name).append(' ').append(named(group, "last-delivered-id"));
      List<String> consumers = new ArrayList<>();
      for (Reply consumer : items(server.call("XINFO", "CONSUMERS", key, name))) {
        consumers.add(named(consumer, "name") + ":" + named(consumer, "pending"));
      }
      text.append(sorted(consumers));
      for (Reply pending : items(server.call("XPENDING", key, name, "-", "+", "100"))) {
        List<Reply> parts = items(pending);
        text.append(parts.get(0).text()).append('/').append(parts.get(1).text());
        text.append('x').append(parts.get(3).text()).append(' ');
      }
    }
    return text.toString();
  }

  /** What only servers since 7.0 tell of a stream. */
  static String counters(RedisServer server, String key) {
    Reply stream = server.call("XINFO", "STREAM", key);
    var text = new StringBuilder();
    text.append(named(stream, "entries-added"))
        .append(' ')
        .append(named(stream, "max-deleted-entry-id"));
    text.append(' ').append(named(stream, "recorded-first-entry-id"));
    for (Reply group : items(server.call("XINFO", "GROUPS", key))) {
      text.append(' ').append(named(group, "entries-read"));
    }
    return text.toString();
  }

  static String counters(StreamContent stream) {
    return stream.added()
        + " "
        + stream.maxDeleted()
        + " "
        + stream.first()
        + stream.groups().stream()
            .map(g -> " " + (g.entriesRead() < 0 ? "(nil)" : Long.toString(g.entriesRead())))
            .collect(Collectors.joining());
  }

  private static List<Reply> items(Reply reply) {
    if (reply instanceof Reply.Items(List<Reply> items)) {
      return items;
    }
    throw new AssertionError("no array: " + reply);
  }

  /** The value behind a name in an array of names and values. */
  static String named(Reply reply, String name) {
    List<Reply> items = items(reply);
    for (int i = 0; i < items.size(); i += 2) {
      if (items.get(i).text().equals(name)) {
        return items.get(i + 1).text();
      }
    }
    throw new AssertionError(name + " is not in " + reply);
  }

  /** What a file holds, by the decoder. */
  static SortedMap<String, String> of(byte[] file) {
    var reading = new Reading();
    Transcript.feed(new RdbReader(reading, RdbLimits.DEFAULT), file, file.length);
    return reading.contents;
  }

  /** Decodes every value of a file. */
  static class Reading implements RdbHandler {
    final SortedMap<String, String> contents = new TreeMap<>();
    final SortedMap<String, Value> values = new TreeMap<>();
    private final ByteArrayOutputStream part = new ByteArrayOutputStream();
    private final ValueDecoder decoder = new ValueDecoder(1 << 20);
    private EntryType type = EntryType.STRING;
    private String name = "";
    private long expiry;

    @Override
    public void onStart(RdbVersion version) {}

    @Override
    public Take onRecord(RdbRecord record) {
      return Take.NOTHING;
    }

    @Override
    public Take onEntry(RdbEntry entry) {
      if (entry.type().kind() == ValueKind.MODULE) {
        return Take.NOTHING;
      }
      type = entry.type();
      name = entry.database() + " " + text(entry.key());
      expiry = entry.hasExpiry() ? entry.expireAtMillis() : -1;
      part.reset();
      return Take.VALUE;
    }

    @Override
    public void onBytes(byte[] bytes, int offset, int length) {
      part.write(bytes, offset, length);
    }

    @Override
    public void onPartEnd() {
      byte[] bytes = part.toByteArray();
      Value value = decoder.decode(type, bytes, 0, bytes.length);
      values.put(name, value);
      contents.put(name, type.kind().word() + " " + expiry + " " + shown(value));
    }

    @Override
    public void onEnd() {}
  }

  static String shown(Value value) {
    return switch (value) {
      case Value.Text(byte[] bytes) -> text(bytes);
      case Value.Items(List<byte[]> items) ->
          items.stream().map(Contents::text).toList().toString();
      case Value.Members(List<byte[]> members) ->
          sorted(members.stream().map(Contents::text).toList());
      case Value.Scores(List<Value.Scored> members) ->
          sorted(members.stream().map(m -> text(m.member()) + "=" + m.score()).toList());
      case Value.Fields(List<Value.Field> fields) ->
          sorted(
              fields.stream()
                  .map(f -> text(f.name()) + "=" + text(f.value()) + "@" + f.expireAtMillis())
                  .toList());
      case Value.Stream(StreamContent stream) -> shown(stream);
      case Value.Opaque(EntryType type, byte[] bytes) -> type + " of " + bytes.length;
    };
  }

  private static String shown(StreamContent stream) {
    var text = new StringBuilder();
    for (StreamContent.Entry entry : stream.entries()) {
      text.append(entry.id()).append(entry.fields().stream().map(Contents::text).toList());
    }
    text.append(" last ").append(stream.last());
    for (StreamContent.Group group : stream.groups()) {
      text.append(" group ").append(text(group.name())).append(' ').append(group.last());
      text.append(
          sorted(
              group.consumers().stream()
                  .map(c -> text(c.name()) + ":" + c.pending().size())
                  .toList()));
      for (StreamContent.Pending pending : group.pending()) {
        String owner =
            group.consumers().stream()
                .filter(c -> c.pending().contains(pending.id()))
                .map(c -> text(c.name()))
                .collect(Collectors.joining());
        text.append(pending.id()).append('/').append(owner);
        text.append('x').append(pending.deliveries()).append(' ');
      }
    }
    return text.toString();
  }

  private static String sorted(List<String> lines) {
    return lines.stream().sorted().toList().toString();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
