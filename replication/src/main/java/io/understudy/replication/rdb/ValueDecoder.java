package io.understudy.replication.rdb;

import io.understudy.replication.rdb.Value.Field;
import io.understudy.replication.rdb.Value.Scored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decodes values that are in memory as a whole: what passed by between {@link RdbHandler#onEntry},
 * answered with {@link Take#VALUE}, and {@link RdbHandler#onPartEnd}.
 *
 * <p>Not thread-safe; it remembers the templates of one file.
 */
public final class ValueDecoder {
  private static final int PLAIN_NODE = 1;
  private static final double[] WORDS_FOR_DOUBLES = {
    Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };
  private static final int FIRST_WORD_FOR_A_DOUBLE = 253;

  private final long maxStringBytes;
  private final Map<Long, List<byte[]>> templates = new HashMap<>();

  /**
   * A decoder that refuses longer strings; compressed ones may be 88 times as long as their bytes.
   *
   * @param maxStringBytes the longest string, decoded
   */
  public ValueDecoder(long maxStringBytes) {
    this.maxStringBytes = maxStringBytes;
  }

  /** Remembers a template that later hashes of the file refer to. */
  public void define(RdbRecord.Template template) {
    templates.put(template.number(), template.fields());
  }

  /**
   * Decodes one value.
   *
   * @param bytes holds the value, without type and key, from {@code offset} on
   * @throws RdbException when it is damaged; the message names no key
   */
  public Value decode(EntryType type, byte[] bytes, int offset, int length) {
    var in = new ValueInput(bytes, offset, length, maxStringBytes);
    Value value =
        switch (type) {
          case STRING -> new Value.Text(in.string());
          case LIST -> new Value.Items(in.strings(in.count()));
          case LIST_ZIPLIST -> new Value.Items(Ziplist.items(in.string()));
          case LIST_QUICKLIST -> new Value.Items(ziplists(in));
          case LIST_QUICKLIST_2 -> new Value.Items(nodes(in));
          case SET -> new Value.Members(in.strings(in.count()));
          case SET_INTSET -> new Value.Members(Ziplist.intsetItems(in.string()));
          case SET_LISTPACK -> new Value.Members(Listpack.items(in.string()));
          case ZSET -> new Value.Scores(scored(in, false));
          case ZSET_2 -> new Value.Scores(scored(in, true));
          case ZSET_ZIPLIST -> new Value.Scores(scored(Ziplist.items(in.string())));
          case ZSET_LISTPACK -> new Value.Scores(scored(Listpack.items(in.string())));
          case HASH -> new Value.Fields(pairs(in.strings(Math.multiplyExact(2, in.count()))));
          case HASH_ZIPMAP -> new Value.Fields(pairs(Ziplist.mapItems(in.string())));
          case HASH_ZIPLIST -> new Value.Fields(pairs(Ziplist.items(in.string())));
          case HASH_LISTPACK -> new Value.Fields(pairs(Listpack.items(in.string())));
          case HASH_METADATA_PRE_GA -> new Value.Fields(timed(in, 0));
          case HASH_METADATA -> new Value.Fields(timed(in, in.littleLong() - 1));
          case HASH_LISTPACK_EX_PRE_GA -> new Value.Fields(triples(Listpack.items(in.string())));
          case HASH_LISTPACK_EX -> {
            in.littleLong();
            yield new Value.Fields(triples(Listpack.items(in.string())));
          }
          case HASH_2 -> new Value.Fields(timedAfter(in));
          case HASH_TEMPLATE_LISTPACK -> new Value.Fields(templated(Listpack.items(in.string())));
          case HASH_TEMPLATE_ARRAY -> {
            List<byte[]> names = names(in.number());
            yield new Value.Fields(zipped(names, in.strings(names.size())));
          }
          case STREAM, STREAM_2, STREAM_3, STREAM_4, STREAM_5 ->
              new Value.Stream(StreamDecoder.decode(type, in));
          case MODULE_2, ARRAY -> new Value.Opaque(type, in.raw(length));
        };
    in.atEnd();
    return value;
  }

  private static List<byte[]> ziplists(ValueInput in) {
    List<byte[]> items = new ArrayList<>();
    int nodes = in.count();
    for (int i = 0; i < nodes; i++) {
      items.addAll(Ziplist.items(in.string()));
    }
    return items;
  }

  private static List<byte[]> nodes(ValueInput in) {
    List<byte[]> items = new ArrayList<>();
    int nodes = in.count();
    for (int i = 0; i < nodes; i++) {
      if (in.number() == PLAIN_NODE) {
        items.add(in.string());
      } else {
        items.addAll(Listpack.items(in.string()));
      }
    }
    return items;
  }

  private static List<Scored> scored(ValueInput in, boolean binary) {
    int count = in.count();
    List<Scored> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] member = in.string();
      double score = binary ? Double.longBitsToDouble(in.littleLong()) : decimal(in);
      members.add(new Scored(member, score));
    }
    return members;
  }

  private static double decimal(ValueInput in) {
    int size = in.unsignedByte();
    return size >= FIRST_WORD_FOR_A_DOUBLE
        ? WORDS_FOR_DOUBLES[size - FIRST_WORD_FOR_A_DOUBLE]
        : score(in.raw(size));
  }

  private static List<Scored> scored(List<byte[]> items) {
    checkGroups(items, 2);
    List<Scored> members = new ArrayList<>(items.size() / 2);
    for (int i = 0; i < items.size(); i += 2) {
      members.add(new Scored(items.get(i), score(items.get(i + 1))));
    }
    return members;
  }

  private static double score(byte[] digits) {
    String text = StringBytes.text(digits);
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(text);
        } catch (NumberFormatException e) {
          throw RdbException.of(Text.quoted(digits, 0, digits.length) + " is no score");
        }
      }
    };
  }

  private static List<Field> pairs(List<byte[]> items) {
    checkGroups(items, 2);
    List<Field> fields = new ArrayList<>(items.size() / 2);
    for (int i = 0; i < items.size(); i += 2) {
      fields.add(new Field(items.get(i), items.get(i + 1), Field.NEVER));
    }
    return fields;
  }

  /** Names, values and times, where zero is no time. */
  private static List<Field> triples(List<byte[]> items) {
    checkGroups(items, 3);
    List<Field> fields = new ArrayList<>(items.size() / 3);
    for (int i = 0; i < items.size(); i += 3) {
      fields.add(new Field(items.get(i), items.get(i + 1), time(items.get(i + 2))));
    }
    return fields;
  }

  private static long time(byte[] digits) {
    try {
      long at = Long.parseLong(StringBytes.text(digits));
      return at == 0 ? Field.NEVER : at;
    } catch (NumberFormatException e) {
      throw RdbException.of(Text.quoted(digits, 0, digits.length) + " is no time of a field");
    }
  }

  /** Each field behind its time, which is zero for none and counted from {@code base}. */
  private static List<Field> timed(ValueInput in, long base) {
    int count = in.count();
    List<Field> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long time = in.number();
      byte[] name = in.string();
      fields.add(new Field(name, in.string(), time == 0 ? Field.NEVER : base + time));
    }
    return fields;
  }

  /** Each field before its time, which is -1 for none. */
  private static List<Field> timedAfter(ValueInput in) {
    int count = in.count();
    List<Field> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] name = in.string();
      byte[] content = in.string();
      fields.add(new Field(name, content, in.littleLong()));
    }
    return fields;
  }

  private List<Field> templated(List<byte[]> items) {
    if (items.isEmpty()) {
      throw RdbException.of("a hash names no template");
    }
    long number = time(items.getFirst());
    return zipped(names(number == Field.NEVER ? 0 : number), items.subList(1, items.size()));
  }

  private List<byte[]> names(long template) {
    List<byte[]> names = templates.get(template);
    if (names == null) {
      throw RdbException.of("no template has the number " + Long.toUnsignedString(template));
    }
    return names;
  }

  private static List<Field> zipped(List<byte[]> names, List<byte[]> values) {
    if (names.size() != values.size()) {
      throw RdbException.of(values.size() + " values for " + names.size() + " fields");
    }
    List<Field> fields = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      fields.add(new Field(names.get(i), values.get(i), Field.NEVER));
    }
    return fields;
  }

  private static void checkGroups(List<byte[]> items, int size) {
    if (items.size() % size != 0) {
      throw RdbException.of(items.size() + " items where groups of " + size + " belong");
    }
  }
}
