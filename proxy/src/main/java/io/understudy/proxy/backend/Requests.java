package io.understudy.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Writes the few commands the proxy sends on its own. */
public final class Requests {
  private Requests() {}

  /**
   * A command in multibulk form, on the heap.
   *
   * @param arguments the name first; as Latin-1
   */
  public static ByteBuf of(String... arguments) {
    StringBuilder text = new StringBuilder(64);
    text.append('*').append(arguments.length).append("\r\n");
    for (String argument : arguments) {
      text.append('$').append(argument.length()).append("\r\n").append(argument).append("\r\n");
    }
    return Unpooled.wrappedBuffer(text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }
}
