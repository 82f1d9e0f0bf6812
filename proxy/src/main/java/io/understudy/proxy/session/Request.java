package io.understudy.proxy.session;

import io.netty.buffer.ByteBuf;
import io.understudy.proxy.route.Conduct;
import io.understudy.wire.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One whole command that is not simply forwarded in a run.
 *
 * @param command which one
 * @param conduct how it is treated
 * @param bytes its multibulk form, readable from the first byte to the last; the request's to
 *     release
 * @param arrivedNanos when it arrived, on the clock of the loop
 */
record Request(Command command, Conduct conduct, ByteBuf bytes, long arrivedNanos) {
  /** The arguments as Latin-1, the name first. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    int at = bytes.readerIndex();
    at = lineEnd(at);
    while (at < bytes.writerIndex()) {
      int header = at + 1;
      at = lineEnd(at);
      int length =
          Integer.parseInt(bytes.toString(header, at - 2 - header, StandardCharsets.US_ASCII));
      arguments.add(bytes.toString(at, length, StandardCharsets.ISO_8859_1));
      at += length + 2;
    }
    return arguments;
  }

  private int lineEnd(int from) {
    int lineFeed = bytes.indexOf(from, bytes.writerIndex(), (byte) '\n');
    return lineFeed + 1;
  }

  /** The name, in upper case, without a subcommand. */
  String name() {
    String name = command.name();
    int bar = name.indexOf('|');
    return (bar < 0 ? name : name.substring(0, bar)).toUpperCase(Locale.ROOT);
  }

  /** Gives the bytes back. */
  void release() {
    bytes.release();
  }
}
