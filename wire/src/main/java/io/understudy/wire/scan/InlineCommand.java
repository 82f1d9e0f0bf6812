package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * Splits one line into words and writes them in multibulk form, by the rules of servers
 * (sdssplitargs of sds.c): words end at blanks; in double quotes {@code \n \r \t \b \a \xHH} and
 * any other escaped byte; in single quotes only {@code \'}; a closing quote must be followed by a
 * blank or the end; a NUL ends the line.
 */
final class InlineCommand {
  private static final int UNBALANCED = -1;

  private final ByteBuf line;
  private final int end;
  private int at;

  private InlineCommand(ByteBuf line, int from, int end) {
    this.line = line;
    this.at = from;
    this.end = end;
  }

  /** Whether C's isspace says so. */
  static boolean isBlank(byte b) {
    return b == ' ' || (b >= '\t' && b <= '\r');
  }

  /**
   * Converts a line.
   *
   * @param length the line's bytes with its line end
   * @param offsets takes where the first words begin in {@code out}, from its reader index
   * @param lengths takes how long they are
   * @return the number of words, or -1 when quotes are unbalanced, and then nothing is written
   */
  static int convert(
      ByteBuf line, int from, int length, ByteBuf out, long[] offsets, long[] lengths) {
    int end = from + length - 1;
    if (end > from && line.getByte(end - 1) == '\r') {
      end--;
    }
    int nul = line.indexOf(from, end, (byte) 0);
    end = nul < 0 ? end : nul;
    InlineCommand command = new InlineCommand(line, from, end);
    ByteBuf words = out.alloc().buffer(length);
    try {
      int count = 0;
      int before = words.writerIndex();
      while (command.word(words)) {
        count++;
      }
      if (command.at < 0) {
        return UNBALANCED;
      }
      assert before == 0;
      write(words, count, out, offsets, lengths);
      return count;
    } finally {
      words.release();
    }
  }

  private static void write(ByteBuf words, int count, ByteBuf out, long[] offsets, long[] lengths) {
    if (count == 0) {
      return;
    }
    int start = out.readerIndex();
    header(out, '*', count);
    for (int i = 0; i < count; i++) {
      int length = words.readInt();
      header(out, '$', length);
      if (i < offsets.length) {
        offsets[i] = (long) out.writerIndex() - start;
        lengths[i] = length;
      }
      out.writeBytes(words, length);
      ByteBufUtil.writeShortBE(out, ('\r' << 8) | '\n');
    }
  }

  private static void header(ByteBuf out, char type, int number) {
    out.writeByte(type);
    out.writeCharSequence(Integer.toString(number), StandardCharsets.US_ASCII);
    ByteBufUtil.writeShortBE(out, ('\r' << 8) | '\n');
  }

  /**
   * Appends the next word, its length before it; false at the end or, with {@code at} -1, at an
   * error.
   */
  private boolean word(ByteBuf words) {
    while (at < end && isBlank(line.getByte(at))) {
      at++;
    }
    if (at >= end) {
      return false;
    }
    int lengthAt = words.writerIndex();
    words.writeInt(0);
    while (at >= 0 && at < end && !isBlank(line.getByte(at))) {
      byte b = line.getByte(at++);
      if (b == '"' || b == '\'') {
        quoted(words, b);
      } else {
        words.writeByte(b);
      }
    }
    if (at < 0) {
      return false;
    }
    words.setInt(lengthAt, words.writerIndex() - lengthAt - Integer.BYTES);
    return true;
  }

  /** Appends what stands between quotes; {@code at} becomes -1 if they do not close rightly. */
  private void quoted(ByteBuf words, byte quote) {
    while (at < end) {
      byte b = line.getByte(at++);
      if (b == quote) {
        boolean closed = at >= end || isBlank(line.getByte(at));
        at = closed ? at : -1;
        return;
      }
      if (b == '\\' && at < end && quote == '"') {
        escaped(words);
      } else if (b == '\\' && at < end && line.getByte(at) == '\'') {
        at++;
        words.writeByte('\'');
      } else {
        words.writeByte(b);
      }
    }
    at = -1;
  }

  private void escaped(ByteBuf words) {
    byte b = line.getByte(at++);
    if (b == 'x' && at + 1 < end) {
      int high = Character.digit(line.getByte(at), 16);
      int low = Character.digit(line.getByte(at + 1), 16);
      if (high >= 0 && low >= 0) {
        words.writeByte((high << 4) | low);
        at += 2;
        return;
      }
    }
    words.writeByte(
        switch (b) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'b' -> '\b';
          case 'a' -> 7;
          default -> b;
        });
  }
}
