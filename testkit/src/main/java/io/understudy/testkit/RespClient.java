package io.understudy.testkit;

import io.understudy.topology.Address;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One blocking connection to a server, speaking RESP2: for tests to look with, independent of what
 * they test. Not thread-safe.
 */
public final class RespClient implements Closeable {
  /** How long a reply may take before the call fails. */
  private static final Duration REPLY_DEADLINE = Duration.ofSeconds(10);

  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(2);

  private final Socket socket = new Socket();
  private final InputStream in;

  /** Connects. */
  public RespClient(Address address) throws IOException {
    this(address, null, CONNECT_DEADLINE, REPLY_DEADLINE);
  }

  /**
   * Connects from one of this machine's addresses.
   *
   * @param from the address; any, when null
   * @param connectDeadline how long that may take
   * @param replyDeadline how long a reply may take before the call fails
   */
  public RespClient(
      Address address, @Nullable String from, Duration connectDeadline, Duration replyDeadline)
      throws IOException {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) replyDeadline.toMillis());
      if (from != null) {
        socket.bind(new InetSocketAddress(from, 0));
      }
      socket.connect(
          new InetSocketAddress(address.host(), address.port()), (int) connectDeadline.toMillis());
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends one command and waits for its reply. */
  public Reply call(String... command) throws IOException {
    send(command);
    return read();
  }

  /** Sends one command without waiting. */
  public void send(String... command) throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(ascii("*" + command.length + "\r\n"));
    for (String argument : command) {
      byte[] bytes = ascii(argument);
      out.writeBytes(ascii("$" + bytes.length + "\r\n"));
      out.writeBytes(bytes);
      out.writeBytes(ascii("\r\n"));
    }
    sendRaw(out.toByteArray());
  }

  /** Sends bytes as they are. */
  public void sendRaw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Waits for the next reply. */
  public Reply read() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> new Reply.Text(rest);
      case '-' -> new Reply.Failure(rest);
      case ':' -> new Reply.Whole(Long.parseLong(rest));
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> items(Integer.parseInt(rest));
      default -> throw new IOException("not a RESP2 reply: " + line);
    };
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private Reply bulk(int length) throws IOException {
    if (length < 0) {
      return new Reply.Nothing();
    }
    byte[] bytes = in.readNBytes(length + 2);
    if (bytes.length != length + 2) {
      throw new EOFException("the server closed the connection inside a reply");
    }
    return new Reply.Text(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
  }

  private Reply items(int count) throws IOException {
    if (count < 0) {
      return new Reply.Nothing();
    }
    List<Reply> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(read());
    }
    return new Reply.Items(items);
  }

  private String line() throws IOException {
    var out = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (next == '\n') {
        break;
      }
      if (next != '\r') {
        out.write(next);
      }
    }
    if (out.size() == 0) {
      throw new IOException("an empty line is not a reply");
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
