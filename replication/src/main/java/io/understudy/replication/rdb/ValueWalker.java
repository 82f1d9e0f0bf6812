package io.understudy.replication.rdb;

import java.util.HashMap;
import java.util.Map;

/**
 * Walks over one value at a time by its {@link Layout}, and can stop at any byte.
 *
 * <p>Bytes of strings are counted, not looked at: a string that goes beyond the window leaves how
 * many bytes are still to be skipped.
 */
final class ValueWalker {
  /** The window ended within a length or the like; all of that is to be shown again. */
  static final int MORE = 0;

  /** The window ended within bytes that nobody looks at: {@link #skip} more of them. */
  static final int SKIP = 1;

  /** The value is complete. */
  static final int DONE = 2;

  private static final long PLAIN_NODE = 1;
  private static final long PACKED_NODE = 2;
  private static final int FIRST_WORD_FOR_A_DOUBLE = 253;

  private static final int MODULE_END = 0;
  private static final int MODULE_SIGNED = 1;
  private static final int MODULE_UNSIGNED = 2;
  private static final int MODULE_FLOAT = 3;
  private static final int MODULE_DOUBLE = 4;
  private static final int MODULE_STRING = 5;

  private static final int ARRAY_STRING = 0;
  private static final int ARRAY_SMALL_STRING = 3;

  /** How many fields each template has. */
  private final Map<Long, Integer> templates = new HashMap<>();

  private final long[] counters = new long[Layout.MAX_NESTING];
  private int depth;
  private int[] ops = {Layout.END};
  private int pc;

  /** Whether the last part of a module's value was its end mark. */
  boolean moduleEnded;

  /** After {@link #SKIP}: bytes to pass over before going on. */
  long skip;

  void begin(Layout layout) {
    ops = layout.ops();
    pc = 0;
    depth = 0;
    skip = 0;
  }

  void define(long template, int fields) {
    templates.put(template, fields);
  }

  int templates() {
    return templates.size();
  }

  /**
   * Goes on from the cursor's place, and moves it.
   *
   * @return {@link #MORE}, {@link #SKIP} or {@link #DONE}
   */
  int walk(Cursor in) {
    while (true) {
      int operation = ops[pc];
      if (operation == Layout.END) {
        return DONE;
      }
      if (operation == Layout.NEXT) {
        pc = --counters[depth - 1] > 0 ? ops[pc + 1] : leaveLoop();
        continue;
      }
      if (operation >= Layout.LOOP) {
        int next = enterLoop(in, operation);
        if (next == Cursor.SHORT) {
          return MORE;
        }
        in.at = next;
        continue;
      }
      int next = item(in, operation);
      if (next == Cursor.SHORT) {
        return MORE;
      }
      if (operation != Layout.MODULE || moduleEnded) {
        pc++;
      }
      long beyond = in.storedBytes - (in.end - next);
      if (beyond > 0) {
        in.at = in.end;
        skip = beyond;
        return SKIP;
      }
      in.at = next + (int) in.storedBytes;
    }
  }

  private int leaveLoop() {
    depth--;
    return pc + 2;
  }

  private int enterLoop(Cursor in, int operation) {
    int next =
        switch (operation) {
          case Layout.LOOP -> in.count(in.at);
          case Layout.LOOP_ARRAY -> arrayHead(in, in.at);
          case Layout.LOOP_TEMPLATE -> template(in, in.at);
          default -> throw new IllegalStateException("no loop: " + operation);
        };
    if (next != Cursor.SHORT) {
      if (in.value == 0) {
        pc = ops[pc + 1];
      } else {
        counters[depth++] = in.value;
        pc += 2;
      }
    }
    return next;
  }

  /** The head of one item; leaves in the cursor how many bytes follow it that nobody looks at. */
  private int item(Cursor in, int operation) {
    int p = in.at;
    return switch (operation) {
      case Layout.STRING -> in.string(p);
      case Layout.LENGTH -> follow(in, in.plainLength(p), 0);
      case Layout.EIGHT -> follow(in, p, Long.BYTES);
      case Layout.DECIMAL -> decimal(in, p);
      case Layout.CONTAINER -> container(in, p);
      case Layout.ARRAY_ITEM -> arrayItem(in, p);
      case Layout.MODULE -> moduleItem(in, p);
      default -> throw new IllegalStateException("no item: " + operation);
    };
  }

  private static int follow(Cursor in, int next, long bytes) {
    in.storedBytes = bytes;
    return next;
  }

  private static int decimal(Cursor in, int p) {
    if (p >= in.end) {
      return in.need(p + 1);
    }
    int size = in.bytes[p] & 0xff;
    return follow(in, p + 1, size >= FIRST_WORD_FOR_A_DOUBLE ? 0 : size);
  }

  private static int container(Cursor in, int p) {
    int next = in.plainLength(p);
    if (next != Cursor.SHORT && in.value != PLAIN_NODE && in.value != PACKED_NODE) {
      throw in.damage(p, "no node of a list is stored as " + in.value);
    }
    return follow(in, next, 0);
  }

  int moduleItem(Cursor in, int p) {
    int next = in.plainLength(p);
    if (next == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    long kind = in.value;
    moduleEnded = kind == MODULE_END;
    if (kind < 0 || kind > MODULE_STRING) {
      throw in.damage(p, "a module's value has a part of the unknown kind " + kind);
    }
    return switch ((int) kind) {
      case MODULE_SIGNED, MODULE_UNSIGNED -> follow(in, in.plainLength(next), 0);
      case MODULE_FLOAT -> follow(in, next, Float.BYTES);
      case MODULE_DOUBLE -> follow(in, next, Double.BYTES);
      case MODULE_STRING -> in.string(next);
      default -> follow(in, next, 0);
    };
  }

  /** How many items, and where the next one would be inserted if that is known. */
  private static int arrayHead(Cursor in, int p) {
    int next = in.count(p);
    if (next == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    long items = in.value;
    int flag = next;
    next = in.plainLength(next);
    if (next == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    if (in.value < 0 || in.value > 1) {
      throw in.damage(flag, "the head of an array has the unknown flag " + in.value);
    }
    if (in.value == 1) {
      next = in.plainLength(next);
    }
    in.value = items;
    return next;
  }

  private static int arrayItem(Cursor in, int p) {
    int next = in.plainLength(p);
    if (next == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    int tag = next;
    next = in.plainLength(next);
    if (next == Cursor.SHORT) {
      return Cursor.SHORT;
    }
    if (in.value < 0 || in.value > ARRAY_SMALL_STRING) {
      throw in.damage(tag, "an item of an array has the unknown tag " + in.value);
    }
    return in.value == ARRAY_STRING || in.value == ARRAY_SMALL_STRING
        ? in.string(next)
        : follow(in, next, Long.BYTES);
  }

  private int template(Cursor in, int p) {
    int next = in.plainLength(p);
    if (next != Cursor.SHORT) {
      Integer fields = templates.get(in.value);
      if (fields == null) {
        throw in.damage(p, "no template has the number " + Long.toUnsignedString(in.value));
      }
      in.value = fields;
    }
    return next;
  }
}
