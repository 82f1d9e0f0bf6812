package io.understudy.replication.rdb;

import io.understudy.replication.rdb.StreamContent.Consumer;
import io.understudy.replication.rdb.StreamContent.EntryId;
import io.understudy.replication.rdb.StreamContent.Group;
import io.understudy.replication.rdb.StreamContent.Node;
import io.understudy.replication.rdb.StreamContent.Pending;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes streams of every version.
 *
 * <p>What IDMP remembers (8.6) and which deliveries were refused (8.8) is walked over and left out:
 * no other version has room for it.
 */
final class StreamDecoder {
  private static final int ID_BYTES = 16;

  private StreamDecoder() {}

  static StreamContent decode(EntryType type, ValueInput in) {
    int nodeCount = in.count();
    List<Node> nodes = new ArrayList<>(nodeCount);
    for (int i = 0; i < nodeCount; i++) {
      nodes.add(new Node(base(in.string()), in.string()));
    }
    long length = in.number();
    EntryId last = in.id();
    EntryId first = EntryId.ZERO;
    EntryId maxDeleted = EntryId.ZERO;
    long added = length;
    if (type != EntryType.STREAM) {
      first = in.id();
      maxDeleted = in.id();
      added = in.number();
    }
    int groupCount = in.count();
    List<Group> groups = new ArrayList<>(groupCount);
    for (int i = 0; i < groupCount; i++) {
      groups.add(group(type, in));
    }
    if (type == EntryType.STREAM_4 || type == EntryType.STREAM_5) {
      passIdempotence(in);
    }
    return new StreamContent(nodes, length, last, first, maxDeleted, added, groups);
  }

  private static EntryId base(byte[] key) {
    if (key.length != ID_BYTES) {
      throw RdbException.of("a stream's node has an id of " + key.length + " bytes");
    }
    return new EntryId(
        (long) Numbers.BIG_LONG.get(key, 0), (long) Numbers.BIG_LONG.get(key, Long.BYTES));
  }

  private static Group group(EntryType type, ValueInput in) {
    byte[] name = in.string();
    EntryId last = in.id();
    long entriesRead = type == EntryType.STREAM ? -1 : in.number();
    int pendingCount = in.count();
    List<Pending> pending = new ArrayList<>(pendingCount);
    for (int i = 0; i < pendingCount; i++) {
      pending.add(new Pending(in.rawId(), in.littleLong(), in.number()));
    }
    int consumerCount = in.count();
    List<Consumer> consumers = new ArrayList<>(consumerCount);
    boolean hasActive = type != EntryType.STREAM && type != EntryType.STREAM_2;
    for (int i = 0; i < consumerCount; i++) {
      byte[] consumer = in.string();
      long seen = in.littleLong();
      long active = hasActive ? in.littleLong() : seen;
      consumers.add(new Consumer(consumer, seen, active, in.rawIds()));
    }
    if (type == EntryType.STREAM_5) {
      in.rawIds();
    }
    return new Group(name, last, entriesRead, pending, consumers);
  }

  private static void passIdempotence(ValueInput in) {
    in.number();
    in.number();
    int producers = in.count();
    for (int i = 0; i < producers; i++) {
      in.string();
      int ids = in.count();
      for (int j = 0; j < ids; j++) {
        in.string();
        in.id();
      }
    }
    in.number();
    in.number();
  }
}
