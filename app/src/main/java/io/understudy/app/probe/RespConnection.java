package io.understudy.app.probe;

import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsClient;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;

/** A connection that sends one command and waits for its reply. Not for several threads at once. */
public final class RespConnection implements AutoCloseable {
  /** The longest reply that is read: far above any INFO. */
  private static final int MAX_BULK_BYTES = 16 << 20;

  private static final int MAX_LINE_BYTES = 64 << 10;
  private static final int MAX_ITEMS = 100_000;
  private static final int MAX_DEPTH = 8;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RespConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /**
   * Connects.
   *
   * @param timeout for connecting, and again for each reply
   * @throws IOException when nobody accepts in time
   */
  public static RespConnection open(Address address, Duration timeout) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) timeout.toMillis());
      socket.connect(
          new InetSocketAddress(address.host(), address.port()), (int) timeout.toMillis());
      return new RespConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Connects over TLS.
   *
   * @param timeout for connecting, for the handshake, and again for each reply
   * @throws IOException when nobody accepts in time, or the server's certificate is not believed
   */
  public static RespConnection open(Address address, Duration timeout, TlsClient tls)
      throws IOException {
    RespConnection plain = open(address, timeout);
    try {
      SSLSocket socket =
          (SSLSocket)
              tls.context()
                  .getSocketFactory()
                  .createSocket(plain.socket, address.host(), address.port(), true);
      socket.setSSLParameters(tls.with(socket.getSSLParameters()));
      socket.startHandshake();
      return new RespConnection(socket);
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /** Sends a command and waits for its reply. */
  public Reply ask(String... words) throws IOException {
    send(words);
    return read();
  }

  /** Sends a command; once this was called, only its reply tells whether it was executed. */
  public void send(String... words) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ascii("*" + words.length + "\r\n"));
    for (String word : words) {
      byte[] value = word.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(ascii("$" + value.length + "\r\n"));
      bytes.writeBytes(value);
      bytes.writeBytes(ascii("\r\n"));
    }
    bytes.writeTo(out);
    out.flush();
  }

  /** Waits for the next reply. */
  public Reply read() throws IOException {
    return read(0);
  }

  private Reply read(int depth) throws IOException {
    String line = line();
    if (line.isEmpty()) {
      throw new NotRespException("an empty line");
    }
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> new Reply.Text(rest);
      case '-' -> new Reply.Failure(rest);
      case ':' -> new Reply.Count(number(rest));
      case '$' -> bulk(number(rest));
      case '*' -> items(number(rest), depth);
      default ->
          throw new NotRespException("'" + line.substring(0, Math.min(20, line.length())) + "'");
    };
  }

  private Reply bulk(long length) throws IOException {
    if (length < 0) {
      return new Reply.Nothing();
    }
    if (length > MAX_BULK_BYTES) {
      throw new NotRespException("a value of " + length + " bytes");
    }
    byte[] value = in.readNBytes((int) length + 2);
    if (value.length < length + 2) {
      throw new EOFException("the connection ended inside a reply");
    }
    return new Reply.Text(new String(value, 0, (int) length, StandardCharsets.UTF_8));
  }

  private Reply items(long count, int depth) throws IOException {
    if (count < 0) {
      return new Reply.Nothing();
    }
    if (count > MAX_ITEMS || depth >= MAX_DEPTH) {
      throw new NotRespException("an array of " + count);
    }
    List<Reply> items = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      items.add(read(depth + 1));
    }
    return new Reply.Items(items);
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended");
      }
      if (line.size() == MAX_LINE_BYTES) {
        throw new NotRespException("a line without end");
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private static long number(String digits) throws IOException {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new NotRespException("'" + digits + "' as a number", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** The peer does not speak the protocol: it is no Redis and no Valkey. */
  public static final class NotRespException extends IOException {
    private static final long serialVersionUID = 1L;

    NotRespException(String found) {
      super("not a Redis or Valkey server: it answered " + found);
    }

    NotRespException(String found, Throwable cause) {
      super("not a Redis or Valkey server: it answered " + found, cause);
    }
  }
}
