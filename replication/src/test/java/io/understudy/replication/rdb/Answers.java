package io.understudy.replication.rdb;

import io.understudy.testkit.Reply;
import io.understudy.testkit.ServerVersion;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What servers answer, and what they are known to write. */
final class Answers {
  private Answers() {}

  static List<String> texts(Reply reply) {
    return switch (reply) {
      case Reply.Items(List<Reply> items) -> items.stream().map(Reply::text).toList();
      case Reply.Text _, Reply.Whole _, Reply.Nothing _, Reply.Failure _ ->
          throw new AssertionError("no array: " + reply);
    };
  }

  /** The encodings that a file of the whole {@link Dataset} must have, by version. */
  static Set<EntryType> typesThatMustAppear(ServerVersion v) {
    Set<EntryType> types =
        EnumSet.of(
            EntryType.STRING,
            EntryType.SET_INTSET,
            EntryType.SET,
            EntryType.HASH,
            EntryType.ZSET_2);
    boolean valkey = v.family() == ServerVersion.Family.VALKEY;
    if (!v.isAtLeast(7, 0)) {
      types.addAll(
          List.of(
              EntryType.LIST_QUICKLIST,
              EntryType.ZSET_ZIPLIST,
              EntryType.HASH_ZIPLIST,
              EntryType.STREAM));
      return types;
    }
    types.addAll(
        List.of(EntryType.LIST_QUICKLIST_2, EntryType.ZSET_LISTPACK, EntryType.HASH_LISTPACK));
    if (!v.isAtLeast(7, 2)) {
      types.add(EntryType.STREAM_2);
      return types;
    }
    types.add(EntryType.SET_LISTPACK);
    types.add(!valkey && v.isAtLeast(8, 6) ? EntryType.STREAM_4 : EntryType.STREAM_3);
    if (Dataset.hasFieldTimes(v)) {
      types.addAll(
          valkey
              ? List.of(EntryType.HASH_2)
              : List.of(EntryType.HASH_METADATA, EntryType.HASH_LISTPACK_EX));
    }
    if (Dataset.hasVectorSets(v)) {
      types.add(EntryType.MODULE_2);
    }
    return types;
  }
}
