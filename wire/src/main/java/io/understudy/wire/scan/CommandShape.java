package io.understudy.wire.scan;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What is known so far of the command that is being scanned: its name and its first arguments. */
final class CommandShape {
  private static final int REMEMBERED = RequestScanner.REMEMBERED_ARGUMENTS;

  private final CommandTable table;
  private Beginning recent = new Beginning();
  private Beginning earlier = new Beginning();
  private final byte[] carried = new byte[CommandTable.MAX_NAME_BYTES];
  private final ByteBuffer carriedView = ByteBuffer.wrap(carried);
  private final long[] offsets = new long[REMEMBERED];
  private final long[] lengths = new long[REMEMBERED];
  private Command command = Command.UNKNOWN;
  private int count;
  private int scanned;
  private long argumentBytes;
  private int repeatedFrom;
  private int repeatedTo;

  CommandShape(CommandTable table) {
    this.table = table;
  }

  void reset() {
    argumentBytes = 0;
    command = Command.UNKNOWN;
    count = 0;
    scanned = 0;
  }

  /**
   * The short way for what nearly every request is: a whole command in the buffer, of few arguments
   * none of which is long. Everything else, be it broken or unfinished, is for the long way, byte
   * by byte; the tests that cut streams hold both against each other.
   *
   * @param from absolute index of the command's first byte
   * @param end absolute index behind the last byte that may be read
   * @return absolute index behind the command; -1 if this way does not do
   */
  int readSmall(ByteBuffer in, int from, int end, RequestLimits limits) {
    Beginning known = known(in, from, end);
    int arguments = known == null ? SmallHeader.read(in, from, end, '*') : known.arguments();
    if (arguments <= 0 || arguments > REMEMBERED || arguments > limits.maxArguments()) {
      return -1;
    }
    int at = from + SmallHeader.bytes(arguments);
    Command found = Command.UNKNOWN;
    int next = 0;
    if (known != null) {
      if (known.nameBytes() > limits.maxBulkBytes()) {
        return -1;
      }
      offsets[0] = known.nameOffset();
      lengths[0] = known.nameBytes();
      at = from + known.bytes();
      found = known.command();
      next = 1;
    }
    for (int i = next; i < arguments; i++) {
      int length = SmallHeader.read(in, at, end, '$');
      if (length < 0 || length > limits.maxBulkBytes()) {
        return -1;
      }
      at += SmallHeader.bytes(length);
      if (end - at < length + 2 || in.getShort(at + length) != SmallHeader.CRLF) {
        return -1;
      }
      offsets[i] = (long) at - from;
      lengths[i] = length;
      if (i == 0) {
        found = table.lookup(in, at, length);
        remember(in, from, end, arguments, length, found);
      } else if (i == 1 && found.container()) {
        found = table.subcommand(found, in, at, length);
      }
      at += length + 2;
    }
    command = found;
    count = arguments;
    scanned = arguments;
    return at;
  }

  /**
   * Passes over whole commands that begin as the present one, which {@link #readSmall} has read.
   * Their arguments are not remembered.
   *
   * @param from absolute index of the first byte behind the present command
   * @param end absolute index behind the last byte that may be read
   * @param most at most so many
   * @return how many; {@link #repeatedFrom} and {@link #repeatedTo} tell where the last one lies
   */
  int repeats(ByteBuffer in, int from, int end, RequestLimits limits, int most) {
    Beginning same = recent;
    if (same.command().id() != command.id()
        || same.arguments() != count
        || command.container()
        || limits.maxBulkBytes() < SmallHeader.GREATEST) {
      return 0;
    }
    int bytes = same.bytes();
    int passed = 0;
    int at = from;
    while (passed < most && same.matches(in, at, end)) {
      int behind = at + bytes;
      for (int i = 1; i < count && behind >= 0; i++) {
        behind = SmallHeader.behindString(in, behind, end);
      }
      if (behind < 0) {
        break;
      }
      repeatedFrom = at;
      at = behind;
      passed++;
    }
    repeatedTo = at;
    return passed;
  }

  int repeatedFrom() {
    return repeatedFrom;
  }

  int repeatedTo() {
    return repeatedTo;
  }

  /** How this command begins, if it is one of the last two that were remembered. */
  private @Nullable Beginning known(ByteBuffer in, int from, int end) {
    if (recent.matches(in, from, end)) {
      return recent;
    }
    if (!earlier.matches(in, from, end)) {
      return null;
    }
    Beginning found = earlier;
    earlier = recent;
    recent = found;
    return found;
  }

  private void remember(
      ByteBuffer in, int from, int end, int arguments, int nameBytes, Command found) {
    Beginning oldest = earlier;
    earlier = recent;
    recent = oldest;
    oldest.remember(in, from, end, arguments, nameBytes, found);
  }

  /**
   * The short way for one argument, of a command that is too long for {@link #readSmall}.
   *
   * @param at absolute index of its header
   * @param end absolute index behind the last byte that may be read
   * @param offset of its header, from the command's first byte
   * @return absolute index behind the argument; -1 if this way does not do
   */
  int readSmallArgument(ByteBuffer in, int at, int end, RequestLimits limits, long offset) {
    int length = SmallHeader.read(in, at, end, '$');
    if (length < 0 || length > limits.maxBulkBytes()) {
      return -1;
    }
    int header = SmallHeader.bytes(length);
    int body = at + header;
    if (end - body < length + 2 || in.getShort(body + length) != SmallHeader.CRLF) {
      return -1;
    }
    beginArgument(offset + header, length);
    if (length > 0) {
      body(in, body, length, length);
    }
    return body + length + 2;
  }

  /** The number of arguments was read. */
  void count(int arguments) {
    count = arguments;
  }

  /**
   * The header of the next argument was read.
   *
   * @param offset where its bytes begin, from the command's first byte
   */
  void beginArgument(long offset, long length) {
    argumentBytes = length;
    if (scanned < REMEMBERED) {
      offsets[scanned] = offset;
      lengths[scanned] = length;
    }
  }

  /**
   * Some bytes of an argument; those of a name are looked up, or kept until it is whole.
   *
   * @param at absolute index of the first of them
   * @param here how many there are
   * @param left how many bytes of the argument were missing before
   */
  void body(ByteBuffer in, int at, int here, long left) {
    boolean isName = scanned == 0 || (scanned == 1 && command.container());
    if (!isName || argumentBytes > carried.length) {
      return;
    }
    if (here == argumentBytes) {
      name(in, at, here);
    } else {
      in.get(at, carried, (int) (argumentBytes - left), here);
      if (here == left) {
        name(carriedView, 0, (int) argumentBytes);
      }
    }
  }

  private void name(ByteBuffer bytes, int offset, int length) {
    command =
        scanned == 0
            ? table.lookup(bytes, offset, length)
            : table.subcommand(command, bytes, offset, length);
  }

  /** An argument is whole; true if it was the last. */
  boolean endArgument() {
    return ++scanned == count;
  }

  /**
   * Takes a line for the command and writes it in multibulk form.
   *
   * @param length the line's bytes with its line end
   * @return the number of arguments; -1 when quotes are unbalanced
   */
  int convertInline(ByteBuf line, int from, int length, ByteBuf out) {
    int words = InlineCommand.convert(line, from, length, out, offsets, lengths);
    count = Math.max(words, 0);
    scanned = count;
    if (words > 0) {
      int start = out.readerIndex();
      command = table.lookup(out, start + (int) offsets[0], (int) lengths[0]);
      if (words > 1 && command.container()) {
        ByteBuffer second = out.nioBuffer(start + (int) offsets[1], (int) lengths[1]);
        command = table.subcommand(command, second, 0, second.limit());
      }
    }
    return words;
  }

  Command command() {
    return command;
  }

  boolean isNameKnown() {
    boolean named = scanned >= (command.container() ? 2 : 1);
    // A name longer than any is of no command, whatever its bytes: nobody has to wait for them.
    return named || (scanned == count && count > 0) || argumentBytes > carried.length;
  }

  int count() {
    return count;
  }

  int scanned() {
    return scanned;
  }

  long offset(int argument) {
    return offsets[argument];
  }

  long length(int argument) {
    return lengths[argument];
  }
}
