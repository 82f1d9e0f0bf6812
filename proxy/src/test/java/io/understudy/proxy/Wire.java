package io.understudy.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.topology.Address;
import io.understudy.wire.scan.ReplyScanner;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A client that shows every byte: replies and pushes as they came, as Latin-1. Not thread-safe. */
final class Wire implements Closeable {
  private static final int DEADLINE_MS = 30_000;

  private final Socket socket;
  private final ReplyScanner scanner = new ReplyScanner();
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
  private final ArrayDeque<String> frames = new ArrayDeque<>();
  private final byte[] buffer = new byte[64 * 1024];

  Wire(Address address) throws IOException {
    this(address, 0);
  }

  /** Connects with a small receive buffer, to be slow with. */
  Wire(Address address, int receiveBytes) throws IOException {
    socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(DEADLINE_MS);
    if (receiveBytes > 0) {
      socket.setReceiveBufferSize(receiveBytes);
    }
    socket.connect(new InetSocketAddress(address.host(), address.port()), DEADLINE_MS);
  }

  /** Speaks over a socket that is connected. */
  Wire(Socket connected) throws IOException {
    socket = connected;
    socket.setSoTimeout(DEADLINE_MS);
  }

  /** A command in multibulk form. */
  static byte[] command(String... arguments) {
    StringBuilder text = new StringBuilder("*" + arguments.length + "\r\n");
    for (String argument : arguments) {
      text.append('$').append(argument.length()).append("\r\n").append(argument).append("\r\n");
    }
    return bytes(text.toString());
  }

  /** Several commands, each given as words. */
  static byte[] commands(String... lines) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String line : lines) {
      all.writeBytes(command(line.split(" ", -1)));
    }
    return all.toByteArray();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  void send(String... arguments) throws IOException {
    send(command(arguments));
  }

  /** Says that nothing more will be sent. */
  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a reset, as a client that died. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  String call(String... arguments) throws IOException {
    send(arguments);
    return read();
  }

  /** The next reply or push. */
  String read() throws IOException {
    while (frames.isEmpty()) {
      int count = socket.getInputStream().read(buffer);
      if (count < 0) {
        throw new IOException(
            "closed after '" + unfinished.toString(StandardCharsets.ISO_8859_1) + "'");
      }
      scan(count);
    }
    return frames.remove();
  }

  List<String> read(int count) throws IOException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(read());
    }
    return all;
  }

  /** Everything until the peer closes. */
  List<String> readToEnd() throws IOException {
    List<String> all = new ArrayList<>(frames);
    frames.clear();
    while (true) {
      int count;
      try {
        count = socket.getInputStream().read(buffer);
      } catch (SocketTimeoutException e) {
        all.add("(it neither answers nor closes)");
        return all;
      } catch (IOException e) {
        return all;
      }
      if (count < 0) {
        return all;
      }
      scan(count);
      all.addAll(frames);
      frames.clear();
    }
  }

  /** How many bytes come, whatever they are, until the other side closes. */
  long bytesToEnd() throws IOException {
    long bytes = 0;
    for (int count = 0; count >= 0; count = socket.getInputStream().read(buffer)) {
      bytes += count;
    }
    return bytes;
  }

  /** Whether nothing arrives for a while. */
  boolean isSilentFor(int milliseconds) throws IOException {
    if (!frames.isEmpty()) {
      return false;
    }
    socket.setSoTimeout(milliseconds);
    try {
      int count = socket.getInputStream().read(buffer);
      if (count > 0) {
        scan(count);
      }
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } finally {
      socket.setSoTimeout(DEADLINE_MS);
    }
  }

  /** Reads and drops bytes as they come; returns how many came, or -1 at the end. */
  int drain(int most) throws IOException {
    return socket.getInputStream().read(buffer, 0, Math.min(most, buffer.length));
  }

  private void scan(int count) throws IOException {
    ByteBuf read = Unpooled.wrappedBuffer(Arrays.copyOf(buffer, count));
    scanner.feed(read, 0, count);
    int from = 0;
    while (true) {
      ReplyScanner.Event event = scanner.next();
      unfinished.write(buffer, from, scanner.end() - from);
      from = scanner.end();
      switch (event) {
        case REPLY, PUSH -> {
          if (event == ReplyScanner.Event.PUSH && scanner.isInsideReply()) {
            throw new IOException("a push inside a reply: " + unfinished);
          }
          frames.add(unfinished.toString(StandardCharsets.ISO_8859_1));
          unfinished.reset();
        }
        case PARTIAL -> {
          return;
        }
        case ERROR -> throw new IOException("not RESP: " + scanner.error());
      }
    }
  }

  int localPort() {
    return socket.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
