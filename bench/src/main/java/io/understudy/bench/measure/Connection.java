package io.understudy.bench.measure;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One blocking connection to a server on 127.0.0.1, for a handful of commands. */
public final class Connection implements Closeable {
  private final Socket socket;
  private final InputStream in;

  /** Connects. */
  public Connection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** The text of a reply that is a status, a number or a bulk. */
  public String call(String... words) throws IOException {
    socket.getOutputStream().write(Resp.request(words));
    String line = line();
    if (line.startsWith("-")) {
      throw new IOException("a server refused " + words[0] + ": " + line);
    }
    if (!line.startsWith("$")) {
      return line.substring(1);
    }
    int length = Integer.parseInt(line.substring(1));
    byte[] bytes = in.readNBytes(length + 2);
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("a server closed the connection");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
