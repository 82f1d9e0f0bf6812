package io.understudy.replication.rdb;

import io.understudy.replication.rdb.StreamContent.Entry;
import io.understudy.replication.rdb.StreamContent.EntryId;
import io.understudy.replication.rdb.StreamContent.Node;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The entries within a stream's listpacks.
 *
 * <p>A node begins with its master entry: how many entries are valid and how many deleted, names of
 * fields, and a zero. Then each entry: its flags, the difference of its id to the node's, names and
 * values or, when the names are the master entry's, only values, and how many items that were.
 */
final class StreamNodes {
  private static final int DELETED = 1;
  private static final int SAME_FIELDS = 2;

  private StreamNodes() {}

  static List<Entry> entries(List<Node> nodes) {
    List<Entry> entries = new ArrayList<>();
    for (Node node : nodes) {
      try {
        read(node, entries);
      } catch (NoSuchElementException | NumberFormatException e) {
        throw RdbException.of("the stream's node " + node.base() + " is damaged");
      }
    }
    return entries;
  }

  private static void read(Node node, List<Entry> into) {
    Iterator<byte[]> items = Listpack.items(node.listpack()).iterator();
    long valid = number(items);
    long deleted = number(items);
    List<byte[]> names = take(items, number(items));
    number(items);
    for (long i = 0; i < valid + deleted; i++) {
      long flags = number(items);
      var id =
          new EntryId(node.base().millis() + number(items), node.base().sequence() + number(items));
      List<byte[]> fields = new ArrayList<>();
      if ((flags & SAME_FIELDS) == 0) {
        fields.addAll(take(items, 2 * number(items)));
      } else {
        for (byte[] name : names) {
          fields.add(name);
          fields.add(items.next());
        }
      }
      number(items);
      if ((flags & DELETED) == 0) {
        into.add(new Entry(id, fields));
      }
    }
  }

  private static List<byte[]> take(Iterator<byte[]> items, long count) {
    List<byte[]> taken = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      taken.add(items.next());
    }
    return taken;
  }

  private static long number(Iterator<byte[]> items) {
    return Long.parseLong(StringBytes.text(items.next()));
  }
}
