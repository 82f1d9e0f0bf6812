package io.understudy.replication.source;

import io.understudy.replication.stage.KeyName;
import io.understudy.wire.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How to read the value of a key together with the offset of the stream at which it is that value,
 * and how to say the value in commands. Pure.
 *
 * <p>Everything is read in one transaction, so that nothing can come between value, time of expiry
 * and offset. Plain types are said in commands that every server knows. Streams, hashes whose
 * fields may expire, and modules' types are said with RESTORE, which needs a replica of the same
 * family that is not older than the source.
 */
final class ValueQuestion {
  /** A command with very many words would have to be held in one piece by everybody. */
  private static final int MEMBERS_A_COMMAND = 1024;

  private static final int TYPE_REPLY = 0;
  private static final int VALUE_REPLY = 1;
  private static final int EXPIRY_REPLY = 2;
  private static final int TIME_REPLY = 3;
  private static final int INFO_REPLY = 4;
  private static final int REPLIES = 5;

  private final KeyName key;
  private final boolean knowsExpireTime;
  private final boolean fieldsMayExpire;

  /** What a type is read with, and written with. */
  private enum Way {
    STRING("GET", "SET"),
    LIST("LRANGE", "RPUSH"),
    SET("SMEMBERS", "SADD"),
    SORTED_SET("ZRANGE", "ZADD"),
    HASH("HGETALL", "HSET"),
    DUMP("DUMP", "RESTORE");

    private final String read;
    private final String write;

    Way(String read, String write) {
      this.read = read;
      this.write = write;
    }
  }

  ValueQuestion(KeyName key, SourceServer server) {
    this.key = key;
    this.knowsExpireTime = server.isAtLeast(7, 0);
    this.fieldsMayExpire = server.hasFieldExpiry();
  }

  /** Which key it is about. */
  KeyName key() {
    return key;
  }

  /** Asked first: the key's type, in its database. */
  List<Frame> first() {
    return List.of(
        Frame.command("SELECT", Integer.toString(key.database())),
        new Frame.Array(List.of(Frame.bulk("TYPE"), name())));
  }

  /** Asked then, given the type: everything at one moment. */
  List<Frame> second(String type) {
    Way way = way(type);
    List<Frame> read = new ArrayList<>(List.of(Frame.bulk(way.read), name()));
    switch (way) {
      case LIST -> read.addAll(List.of(Frame.bulk("0"), Frame.bulk("-1")));
      case SORTED_SET ->
          read.addAll(List.of(Frame.bulk("0"), Frame.bulk("-1"), Frame.bulk("WITHSCORES")));
      case STRING, SET, HASH, DUMP -> {}
    }
    return List.of(
        Frame.command("MULTI"),
        new Frame.Array(List.of(Frame.bulk("TYPE"), name())),
        new Frame.Array(read),
        new Frame.Array(List.of(Frame.bulk(knowsExpireTime ? "PEXPIRETIME" : "PTTL"), name())),
        Frame.command("TIME"),
        Frame.command("INFO", "replication"),
        Frame.command("EXEC"));
  }

  /** How many replies {@link #second} gets before that of its EXEC. */
  static int queuedReplies() {
    return REPLIES + 1; // that of MULTI, too
  }

  private Frame name() {
    return Frame.bulk(key.bytes());
  }

  private Way way(String type) {
    return switch (type) {
      case "string" -> Way.STRING;
      case "list" -> Way.LIST;
      case "set" -> Way.SET;
      case "zset" -> Way.SORTED_SET;
      case "hash" -> fieldsMayExpire ? Way.DUMP : Way.HASH;
      default -> Way.DUMP;
    };
  }

  /** What was read. */
  sealed interface Answer {
    /** The value, and where in which history it is that. */
    record Value(FetchedValue value) implements Answer {}

    /** The key's type changed meanwhile: ask again. */
    record Changed() implements Answer {}

    /** The source does not answer as it should. */
    record Refused(String reason) implements Answer {}
  }

  /** Reads the reply of EXEC to {@link #second} with the same type. */
  Answer read(String type, Frame reply) {
    if (!(reply instanceof Frame.Array(List<Frame> items)) || items.size() != REPLIES) {
      return new Answer.Refused("answered a transaction with " + reply);
    }
    for (Frame item : items) {
      if (item instanceof Frame.Failure(String error)) {
        return error.startsWith("WRONGTYPE")
            ? new Answer.Changed()
            : new Answer.Refused("refused to tell a value: " + error);
      }
    }
    if (!text(items.get(TYPE_REPLY)).equals(type)) {
      return new Answer.Changed();
    }
    String info = text(items.get(INFO_REPLY));
    return new Answer.Value(
        new FetchedValue(
            key,
            field(info, "master_replid:"),
            Long.parseLong(field(info, "master_repl_offset:")),
            commands(way(type), items.get(VALUE_REPLY), expiryMillis(items))));
  }

  /** When it expires, in milliseconds since 1970; negative for never. */
  private long expiryMillis(List<Frame> items) {
    long told = items.get(EXPIRY_REPLY) instanceof Frame.Whole(long value) ? value : -1;
    if (knowsExpireTime || told < 0) {
      return told;
    }
    if (items.get(TIME_REPLY) instanceof Frame.Array(List<Frame> time) && time.size() == 2) {
      long now =
          Long.parseLong(text(time.get(0))) * 1000 + Long.parseLong(text(time.get(1))) / 1000;
      return now + told;
    }
    return -1;
  }

  private List<List<byte[]>> commands(Way way, Frame value, long expiryMillis) {
    List<List<byte[]>> commands = new ArrayList<>();
    commands.add(List.of(ascii("DEL"), key.bytes()));
    List<byte[]> parts = parts(way, value);
    if (parts.isEmpty()) {
      return commands;
    }
    switch (way) {
      case STRING -> commands.add(List.of(ascii(way.write), key.bytes(), parts.getFirst()));
      case LIST, SET, SORTED_SET, HASH -> {
        for (int i = 0; i < parts.size(); i += MEMBERS_A_COMMAND) {
          List<byte[]> words = new ArrayList<>(List.of(ascii(way.write), key.bytes()));
          words.addAll(parts.subList(i, Math.min(i + MEMBERS_A_COMMAND, parts.size())));
          commands.add(words);
        }
      }
      case DUMP -> {
        commands.add(
            List.of(
                ascii(way.write),
                key.bytes(),
                ascii(Long.toString(Math.max(0, expiryMillis))),
                parts.getFirst(),
                ascii("REPLACE"),
                ascii("ABSTTL")));
        return commands;
      }
    }
    if (expiryMillis >= 0) {
      commands.add(List.of(ascii("PEXPIREAT"), key.bytes(), ascii(Long.toString(expiryMillis))));
    }
    return commands;
  }

  /** The value's strings in the order in which they are written; none if there is no value. */
  private static List<byte[]> parts(Way way, Frame value) {
    List<byte[]> parts = new ArrayList<>();
    switch (value) {
      case Frame.Bulk(String octets) -> parts.add(octets(octets));
      case Frame.Array(List<Frame> items) -> {
        for (Frame item : items) {
          parts.add(octets(text(item)));
        }
      }
      default -> {}
    }
    if (way == Way.SORTED_SET) {
      for (int i = 0; i + 1 < parts.size(); i += 2) { // told as member, score; written reversed
        byte[] member = parts.get(i);
        parts.set(i, parts.get(i + 1));
        parts.set(i + 1, member);
      }
    }
    return parts;
  }

  static String text(Frame frame) {
    return switch (frame) {
      case Frame.Simple(String octets) -> octets;
      case Frame.Bulk(String octets) -> octets;
      default -> "";
    };
  }

  private static String field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("0");
  }

  private static byte[] octets(String octets) {
    return octets.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
