package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbVersion.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what stands before a value: an entry's attributes, type and key; or a whole small record.
 *
 * <p>Each is read at once or not at all, because it must be judged before any byte of it goes on.
 */
final class Head {
  static final int OPCODE_TEMPLATE = 242;
  static final int OPCODE_METADATA_OR_IMPORT = 243;
  static final int OPCODE_SLOT_SIZES = 244;
  static final int OPCODE_FUNCTION = 245;
  static final int OPCODE_MODULE_DATA = 247;
  static final int OPCODE_IDLE = 248;
  static final int OPCODE_FREQUENCY = 249;
  static final int OPCODE_AUXILIARY = 250;
  static final int OPCODE_SIZES = 251;
  static final int OPCODE_EXPIRE_MILLIS = 252;
  static final int OPCODE_EXPIRE_SECONDS = 253;
  static final int OPCODE_DATABASE = 254;
  static final int OPCODE_END = 255;

  /** Types count up from 0, opcodes down from 255; below this an unknown byte is called a type. */
  private static final int FIRST_OPCODE = 128;

  private static final int MILLIS_PER_SECOND = 1000;

  /** What {@link #read} found. */
  enum Found {
    ENTRY,
    /** All of a record: {@link #record}. */
    RECORD,
    /** The head of a record whose bytes follow: {@link #record}. */
    RECORD_HEAD,
    END
  }

  final RdbEntry entry = new RdbEntry();

  /** After {@link Found#RECORD} and {@link Found#RECORD_HEAD}: what it says. */
  RdbRecord record = new RdbRecord.Database(0);

  Found found = Found.END;

  /** After {@link Found#ENTRY}: where the value begins, at or before the end of what was read. */
  int valueStart;

  /** A type that nobody knows, of which the key is still to come; or -1. */
  int unknownType = -1;

  private final int maxHeldBytes;
  private final ValueWalker metadata = new ValueWalker();
  private RdbVersion version = RdbVersion.LOWEST;
  private byte[] decodedKey = {};

  Head(int maxHeldBytes) {
    this.maxHeldBytes = maxHeldBytes;
  }

  void begin(RdbVersion of) {
    version = of;
  }

  /**
   * Reads what the cursor stands at.
   *
   * @return the index behind it, or {@link Cursor#SHORT}
   */
  int read(Cursor in, int database) {
    int p = in.at;
    if (p >= in.end) {
      return in.need(p + 1);
    }
    int code = in.bytes[p] & 0xff;
    if (code >= FIRST_OPCODE && !isAttribute(code)) {
      return record(in, p, code);
    }
    found = Found.ENTRY;
    return entry(in, p, database);
  }

  private boolean isAttribute(int code) {
    return switch (code) {
      case OPCODE_IDLE, OPCODE_FREQUENCY, OPCODE_EXPIRE_MILLIS, OPCODE_EXPIRE_SECONDS -> true;
      case OPCODE_METADATA_OR_IMPORT -> version.family() == Family.REDIS;
      default -> false;
    };
  }

  private int entry(Cursor in, int start, int database) {
    entry.clear(database, in.offset(start));
    int p = start;
    int code = in.bytes[p] & 0xff;
    while (isAttribute(code)) {
      p = attribute(in, p + 1, code);
      if (p == Cursor.SHORT) {
        return Cursor.SHORT;
      }
      if (p >= in.end) {
        return in.need(p + 1);
      }
      code = in.bytes[p] & 0xff;
    }
    EntryType type = EntryType.of(version.family(), code);
    if (type == null) {
      return unknown(in, p, code);
    }
    entry.type = type;
    return key(in, start, p + 1);
  }

  private int attribute(Cursor in, int p, int code) {
    return switch (code) {
      case OPCODE_EXPIRE_MILLIS -> {
        if (p + Long.BYTES > in.end) {
          yield in.need(p + Long.BYTES);
        }
        entry.expires = true;
        entry.expireAtMillis = (long) Numbers.LITTLE_LONG.get(in.bytes, p);
        yield p + Long.BYTES;
      }
      case OPCODE_EXPIRE_SECONDS -> {
        if (p + Integer.BYTES > in.end) {
          yield in.need(p + Integer.BYTES);
        }
        entry.expires = true;
        entry.expireAtMillis = (long) (int) Numbers.LITTLE_INT.get(in.bytes, p) * MILLIS_PER_SECOND;
        yield p + Integer.BYTES;
      }
      case OPCODE_IDLE -> {
        int next = in.count(p);
        entry.idleSeconds = in.value;
        yield next;
      }
      case OPCODE_FREQUENCY -> {
        if (p >= in.end) {
          yield in.need(p + 1);
        }
        entry.frequency = in.bytes[p] & 0xff;
        yield p + 1;
      }
      default -> metadata(in, p);
    };
  }

  /** What modules attached to the key: so many times a class and a module's value. */
  private int metadata(Cursor in, int start) {
    entry.hasModuleMetadata = true;
    int p = in.count(start);
    long classes = in.value;
    for (long i = 0; p != Cursor.SHORT && i < classes; i++) {
      p += Integer.BYTES;
      do {
        p = p >= in.end ? in.need(p + 1) : metadata.moduleItem(in, p);
        if (p == Cursor.SHORT) {
          return Cursor.SHORT;
        }
        p = held(in, start, p);
      } while (p != Cursor.SHORT && !metadata.moduleEnded);
    }
    return p;
  }

  /** The type, key and place of what no version known here has. */
  private int unknown(Cursor in, int p, int code) {
    unknownType = code;
    String what = describe(code);
    int next;
    try {
      next = in.string(p + 1);
      if (next != Cursor.SHORT) {
        int end = held(in, p, next);
        if (end == Cursor.SHORT) {
          return Cursor.SHORT;
        }
        byte[] key = StringBytes.copy(in, next);
        throw in.damage(p, what + ", of key " + Text.quoted(key, 0, key.length));
      }
    } catch (RdbException e) {
      throw e.offset() == in.offset(p) ? e : in.damage(p, what);
    }
    return Cursor.SHORT;
  }

  String describe(int code) {
    if (code >= FIRST_OPCODE) {
      return "opcode " + code + " is unknown in " + version;
    }
    return "type " + code + " is unknown in " + version;
  }

  private int key(Cursor in, int start, int p) {
    int content = in.string(p);
    if (content == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    int end = held(in, start, content);
    if (end == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    if (in.encoding == Cursor.PLAIN) {
      entry.key = in.bytes;
      entry.keyOffset = content;
      entry.keyLength = end - content;
    } else {
      decodeKey(in, content);
    }
    valueStart = end;
    return entry.type == EntryType.MODULE_2 ? moduleName(in, end) : end;
  }

  /** The beginning of a module's value is read too: what becomes of it depends on the module. */
  private int moduleName(Cursor in, int p) {
    int end = in.plainLength(p);
    entry.moduleId = in.value;
    return end;
  }

  private void decodeKey(Cursor in, int content) {
    entry.keyOffset = 0;
    if (in.encoding == Cursor.LZF) {
      int length = StringBytes.decodedBytes(in, content);
      if (length > maxHeldBytes) {
        throw tooLong(in, content, length);
      }
      if (decodedKey.length < length) {
        decodedKey = new byte[length];
      }
      StringBytes.decompress(in, content, decodedKey);
      entry.key = decodedKey;
      entry.keyLength = length;
    } else {
      entry.key = StringBytes.decimal(in, content);
      entry.keyLength = entry.key.length;
    }
  }

  /** The index behind stored bytes that begin at {@code p}, if there is room to hold them. */
  private int held(Cursor in, int start, int p) {
    long end = p + in.storedBytes;
    if (end - start > maxHeldBytes) {
      throw tooLong(in, p, end - start);
    }
    return end > in.end ? in.need((int) end) : (int) end;
  }

  private RdbException tooLong(Cursor in, int p, long bytes) {
    return RdbException.overLimit(
        in.offset(p),
        bytes + " bytes stand before a value or in a record; " + maxHeldBytes + " may");
  }

  private int record(Cursor in, int start, int code) {
    found = Found.RECORD;
    int p = start + 1;
    return switch (code) {
      case OPCODE_END -> {
        found = Found.END;
        yield p;
      }
      case OPCODE_DATABASE -> database(in, p);
      case OPCODE_SIZES -> sizes(in, p);
      case OPCODE_SLOT_SIZES -> slotSizes(in, p);
      case OPCODE_AUXILIARY -> auxiliary(in, start, p);
      case OPCODE_FUNCTION -> function(in, start, p);
      case OPCODE_MODULE_DATA -> moduleData(in, p);
      case OPCODE_METADATA_OR_IMPORT -> slotImport(in, start, p);
      case OPCODE_TEMPLATE -> {
        if (version.family() != Family.REDIS) {
          throw in.damage(start, describe(code));
        }
        yield template(in, start, p);
      }
      default -> throw in.damage(start, describe(code));
    };
  }

  private int database(Cursor in, int p) {
    int next = in.count(p);
    if (next != Cursor.SHORT) {
      if (in.value > Integer.MAX_VALUE) {
        throw in.damage(p, "a database with the number " + in.value);
      }
      record = new RdbRecord.Database((int) in.value);
    }
    return next;
  }

  private int sizes(Cursor in, int p) {
    int next = in.count(p);
    long keys = in.value;
    next = next == Cursor.SHORT ? next : in.count(next);
    if (next != Cursor.SHORT) {
      record = new RdbRecord.Sizes(keys, in.value);
    }
    return next;
  }

  private int slotSizes(Cursor in, int p) {
    int next = in.count(p);
    long slot = in.value;
    next = next == Cursor.SHORT ? next : in.count(next);
    long keys = in.value;
    next = next == Cursor.SHORT ? next : in.count(next);
    if (next != Cursor.SHORT) {
      record = new RdbRecord.SlotSizes(slot, keys, in.value);
    }
    return next;
  }

  private int auxiliary(Cursor in, int start, int p) {
    int content = in.string(p);
    int end = content == Cursor.SHORT ? content : held(in, start, content);
    if (end == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    byte[] name = copy(in, content);
    content = in.string(end);
    end = content == Cursor.SHORT ? content : held(in, start, content);
    if (end != Cursor.SHORT) {
      record = new RdbRecord.Auxiliary(name, copy(in, content));
    }
    return end;
  }

  private int function(Cursor in, int start, int p) {
    int content = in.string(p);
    int end = content == Cursor.SHORT ? content : held(in, start, content);
    if (end != Cursor.SHORT) {
      record = new RdbRecord.Function(copy(in, content));
    }
    return end;
  }

  private byte[] copy(Cursor in, int content) {
    if (in.encoding == Cursor.LZF && in.fullBytes > maxHeldBytes) {
      throw tooLong(in, content, in.fullBytes);
    }
    return StringBytes.copy(in, content);
  }

  private int moduleData(Cursor in, int p) {
    int next = in.plainLength(p);
    long id = in.value;
    // The next number only says that another number follows.
    next = next == Cursor.SHORT ? next : in.plainLength(next);
    next = next == Cursor.SHORT ? next : in.plainLength(next);
    if (next != Cursor.SHORT) {
      found = Found.RECORD_HEAD;
      record = new RdbRecord.ModuleData(id, in.value);
    }
    return next;
  }

  private int slotImport(Cursor in, int start, int p) {
    int content = in.string(p);
    int end = content == Cursor.SHORT ? content : held(in, start, content);
    if (end == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    byte[] job = copy(in, content);
    int next = in.count(end);
    long ranges = in.value;
    if (next != Cursor.SHORT && ranges > maxHeldBytes) {
      throw in.damage(end, ranges + " ranges of slots");
    }
    List<Long> bounds = new ArrayList<>();
    for (long i = 0; next != Cursor.SHORT && i < 2 * ranges; i++) {
      next = in.count(next);
      bounds.add(in.value);
    }
    if (next != Cursor.SHORT) {
      record = new RdbRecord.SlotImport(job, bounds);
    }
    return next;
  }

  private int template(Cursor in, int start, int p) {
    int next = in.plainLength(p);
    long number = in.value;
    next = next == Cursor.SHORT ? next : in.count(next);
    long fields = in.value;
    List<byte[]> names = new ArrayList<>();
    for (long i = 0; next != Cursor.SHORT && i < fields; i++) {
      int content = in.string(next);
      next = content == Cursor.SHORT ? content : held(in, start, content);
      if (next != Cursor.SHORT) {
        names.add(copy(in, content));
      }
    }
    if (next != Cursor.SHORT) {
      record = new RdbRecord.Template(number, names);
    }
    return next;
  }
}
