package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbTarget.Loss;
import io.understudy.replication.rdb.Value.Field;
import io.understudy.replication.rdb.Value.Scored;
import java.util.List;

/**
 * Encodes values in types that a target knows: the plain ones, which every server ever made loads
 * and packs again as its own settings say.
 */
final class ValueEncoder {
  private final RdbTarget target;
  private final RdbBytes out;

  /** An encoder that appends to {@code out}. */
  ValueEncoder(RdbTarget target, RdbBytes out) {
    this.target = target;
    this.out = out;
  }

  /** The type that {@link #encode} will use. */
  EntryType typeFor(Value value) {
    return switch (value) {
      case Value.Text _ -> EntryType.STRING;
      case Value.Items _ -> EntryType.LIST;
      case Value.Members _ -> EntryType.SET;
      case Value.Scores _ -> EntryType.ZSET_2;
      case Value.Fields fields -> fields.haveTimes() ? timedType() : EntryType.HASH;
      case Value.Stream _ -> streamType();
      case Value.Opaque(EntryType type, byte[] _) ->
          throw RdbException.of(target + " cannot hold a value of type " + type);
    };
  }

  private EntryType timedType() {
    if (target.knows(EntryType.HASH_2)) {
      return EntryType.HASH_2;
    }
    if (target.knows(EntryType.HASH_METADATA)) {
      return EntryType.HASH_METADATA;
    }
    if (target.loss() == Loss.REFUSED) {
      throw RdbException.of(target + " has no times of fields of hashes");
    }
    return EntryType.HASH;
  }

  private EntryType streamType() {
    if (target.knows(EntryType.STREAM_3)) {
      return EntryType.STREAM_3;
    }
    return target.knows(EntryType.STREAM_2) ? EntryType.STREAM_2 : EntryType.STREAM;
  }

  /** Appends a value, without type and key. */
  void encode(Value value) {
    EntryType type = typeFor(value);
    switch (value) {
      case Value.Text(byte[] bytes) -> out.string(bytes);
      case Value.Items(List<byte[]> items) -> strings(items);
      case Value.Members(List<byte[]> members) -> strings(members);
      case Value.Scores(List<Scored> members) -> {
        out.length(members.size());
        for (Scored scored : members) {
          out.string(scored.member());
          out.littleLong(Double.doubleToRawLongBits(scored.score()));
        }
      }
      case Value.Fields(List<Field> fields) -> fields(type, fields);
      case Value.Stream(StreamContent content) -> stream(type, content);
      case Value.Opaque opaque -> throw new IllegalStateException("refused before: " + opaque);
    }
  }

  private void strings(List<byte[]> strings) {
    out.length(strings.size());
    strings.forEach(out::string);
  }

  private void fields(EntryType type, List<Field> fields) {
    long base = 0;
    if (type == EntryType.HASH_METADATA) {
      long least =
          fields.stream()
              .mapToLong(Field::expireAtMillis)
              .filter(time -> time != Field.NEVER)
              .min()
              .orElseThrow();
      out.littleLong(least);
      base = least - 1;
    }
    out.length(fields.size());
    for (Field field : fields) {
      if (type == EntryType.HASH_METADATA) {
        out.length(field.expireAtMillis() == Field.NEVER ? 0 : field.expireAtMillis() - base);
      }
      out.string(field.name());
      out.string(field.value());
      if (type == EntryType.HASH_2) {
        out.littleLong(field.expireAtMillis());
      }
    }
  }

  private void stream(EntryType type, StreamContent stream) {
    out.length(stream.nodes().size());
    for (StreamContent.Node node : stream.nodes()) {
      out.length(2 * Long.BYTES);
      out.rawId(node.base());
      out.string(node.listpack());
    }
    out.length(stream.length());
    out.id(stream.last());
    if (type != EntryType.STREAM) {
      out.id(stream.first());
      out.id(stream.maxDeleted());
      out.length(stream.added());
    }
    out.length(stream.groups().size());
    for (StreamContent.Group group : stream.groups()) {
      group(type, group);
    }
  }

  private void group(EntryType type, StreamContent.Group group) {
    out.string(group.name());
    out.id(group.last());
    if (type != EntryType.STREAM) {
      out.length(group.entriesRead());
    }
    out.length(group.pending().size());
    for (StreamContent.Pending pending : group.pending()) {
      out.rawId(pending.id());
      out.littleLong(pending.deliveredAtMillis());
      out.length(pending.deliveries());
    }
    out.length(group.consumers().size());
    for (StreamContent.Consumer consumer : group.consumers()) {
      out.string(consumer.name());
      out.littleLong(consumer.seenAtMillis());
      if (type == EntryType.STREAM_3) {
        out.littleLong(consumer.activeAtMillis());
      }
      out.length(consumer.pending().size());
      consumer.pending().forEach(out::rawId);
    }
  }
}
