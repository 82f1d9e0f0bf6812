package io.understudy.replication.rdb;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * How the bytes of a value follow each other: a short program that {@link ValueWalker} runs.
 *
 * <p>It is written as text: {@code s} a string, {@code l} a length, {@code 8} eight bytes, {@code
 * d} a number as text behind its length in one byte, {@code c} the container of a quicklist's node,
 * {@code m} what a module wrote, up to its end mark, {@code v} an item of an array. What stands in
 * brackets is repeated: {@code *( )} as often as a length says, {@code n( )} as the head of an
 * array says, {@code t( )} once for each field of the template whose number comes first.
 *
 * @param ops one operation each; a loop is followed by where to go when there is nothing to repeat,
 *     {@link #NEXT} by where to go while there is
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, shared and never changed.
record Layout(int[] ops) {
  static final int END = 0;
  static final int STRING = 1;
  static final int LENGTH = 2;
  static final int EIGHT = 3;
  static final int DECIMAL = 4;
  static final int CONTAINER = 5;
  static final int MODULE = 6;
  static final int ARRAY_ITEM = 7;
  static final int LOOP = 8;
  static final int LOOP_ARRAY = 9;
  static final int LOOP_TEMPLATE = 10;
  static final int NEXT = 11;

  /** The deepest loop of any layout: pending entries, of consumers, of groups. */
  static final int MAX_NESTING = 3;

  private static final int MAX_OPS_PER_LETTER = 2;

  static Layout of(String text) {
    int[] ops = new int[MAX_OPS_PER_LETTER * text.length() + 1];
    Deque<Integer> open = new ArrayDeque<>();
    int size = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '(' -> size++; // Room for where the loop ends.
        case ')' -> {
          int start = open.pop();
          ops[size++] = NEXT;
          ops[size++] = start + 2;
          ops[start + 1] = size;
        }
        default -> {
          int operation = operation(text.charAt(i));
          if (operation >= LOOP) {
            open.push(size);
          }
          ops[size++] = operation;
        }
      }
      if (open.size() > MAX_NESTING) {
        throw new IllegalArgumentException("nested too deep: " + text);
      }
    }
    ops[size++] = END;
    return new Layout(Arrays.copyOf(ops, size));
  }

  private static int operation(char letter) {
    return switch (letter) {
      case 's' -> STRING;
      case 'l' -> LENGTH;
      case '8' -> EIGHT;
      case 'd' -> DECIMAL;
      case 'c' -> CONTAINER;
      case 'm' -> MODULE;
      case 'v' -> ARRAY_ITEM;
      case '*' -> LOOP;
      case 'n' -> LOOP_ARRAY;
      case 't' -> LOOP_TEMPLATE;
      default -> throw new IllegalArgumentException("no operation: " + letter);
    };
  }
}
