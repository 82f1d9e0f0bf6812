package io.understudy.replication.rdb;

import io.understudy.replication.rdb.StreamContent.EntryId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the parts of a value that is in memory as a whole. */
final class ValueInput {
  private final Cursor in;

  ValueInput(byte[] bytes, int offset, int length, long maxStringBytes) {
    in = new Cursor(maxStringBytes);
    in.window(bytes, offset, offset + length, 0);
  }

  private int present(int next) {
    if (next == Cursor.SHORT) {
      throw RdbException.of("the value ends too early");
    }
    return next;
  }

  /** A number of 64 bits. */
  long number() {
    in.at = present(in.plainLength(in.at));
    return in.value;
  }

  /** How many of something follow, each of at least one byte. */
  int count() {
    long count = number();
    if (count < 0 || count > in.end - in.at) {
      throw RdbException.of(
          "the value says that " + Long.toUnsignedString(count) + " parts follow");
    }
    return (int) count;
  }

  byte[] string() {
    int content = present(in.string(in.at));
    if (in.storedBytes > in.end - content) {
      throw RdbException.of("the value ends within a string");
    }
    in.at = content + (int) in.storedBytes;
    return StringBytes.copy(in, content);
  }

  List<byte[]> strings(int count) {
    List<byte[]> strings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      strings.add(string());
    }
    return strings;
  }

  private int take(int size) {
    if (size > in.end - in.at) {
      throw RdbException.of("the value ends too early");
    }
    int p = in.at;
    in.at += size;
    return p;
  }

  long littleLong() {
    return (long) Numbers.LITTLE_LONG.get(in.bytes, take(Long.BYTES));
  }

  int unsignedByte() {
    return in.bytes[take(1)] & 0xff;
  }

  byte[] raw(int size) {
    int p = take(size);
    return Arrays.copyOfRange(in.bytes, p, p + size);
  }

  /** An id as sixteen bytes. */
  EntryId rawId() {
    int p = take(2 * Long.BYTES);
    return new EntryId(
        (long) Numbers.BIG_LONG.get(in.bytes, p),
        (long) Numbers.BIG_LONG.get(in.bytes, p + Long.BYTES));
  }

  /** An id as two numbers. */
  EntryId id() {
    long millis = number();
    return new EntryId(millis, number());
  }

  List<EntryId> rawIds() {
    int count = count();
    List<EntryId> ids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ids.add(rawId());
    }
    return ids;
  }

  void atEnd() {
    if (in.at != in.end) {
      throw RdbException.of((in.end - in.at) + " bytes follow the value");
    }
  }
}
