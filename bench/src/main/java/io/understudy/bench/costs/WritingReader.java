package io.understudy.bench.costs;

import io.understudy.bench.measure.Resp;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One connection of {@link WriteThenRead}: every other request writes, the one behind it reads the
 * same key. Confined to the thread of the load.
 */
final class WritingReader implements Closeable {
  private static final int KEYS = 20;
  private static final int LONGEST_LINE_BYTES = 1024;
  private static final int NONE = -1;

  private final SocketChannel channel;
  private final WriteThenRead load;
  private final int number;
  private final SelectionKey key;
  private final ByteBuffer replies;
  private ByteBuffer requests = ByteBuffer.allocate(0);

  /** How many requests were sent, and how many of them were answered. */
  private long sent;

  private long answered;
  private long sentNanos;
  private long tookNanos;

  private WritingReader(SocketChannel channel, int number, WriteThenRead load, Selector selector)
      throws IOException {
    this.channel = channel;
    this.number = number;
    this.load = load;
    this.replies = ByteBuffer.allocate(LONGEST_LINE_BYTES + 2 * load.valueBytes());
    this.key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Connects to 127.0.0.1; nothing is sent yet. */
  static WritingReader connect(int port, int number, WriteThenRead load, Selector selector)
      throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      return new WritingReader(channel, number, load, selector);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Sends the next pipeline; all before it must be answered. */
  void send() throws IOException {
    byte[][] pipeline = new byte[load.depth()][];
    for (int i = 0; i < pipeline.length; i++) {
      long pair = (sent + i) / 2;
      boolean writes = (sent + i) % 2 == 0;
      pipeline[i] =
          writes
              ? Resp.request("SET", keyOf(pair), valueOf(pair))
              : Resp.request("GET", keyOf(pair));
    }
    requests = ByteBuffer.wrap(Resp.pipeline(Arrays.asList(pipeline)));
    sent += load.depth();
    sentNanos = System.nanoTime();
    write();
  }

  private void write() throws IOException {
    channel.write(requests);
    key.interestOps(
        requests.hasRemaining()
            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
            : SelectionKey.OP_READ);
  }

  /** Goes on with what the socket is ready for; true when the last pipeline is answered by it. */
  boolean goOn() throws IOException {
    if (requests.hasRemaining()) {
      write();
    }
    int read = channel.read(replies);
    if (read < 0) {
      throw new IOException("a connection was closed");
    }
    replies.flip();
    while (takeReply()) {
      answered++;
    }
    replies.compact();
    boolean all = read > 0 && answered == sent;
    if (all) {
      tookNanos = System.nanoTime() - sentNanos;
    }
    return all;
  }

  /** How long the last pipeline took. */
  long tookNanos() {
    return tookNanos;
  }

  /** Takes one reply from the buffer, if it is there as a whole. */
  private boolean takeReply() throws IOException {
    int lineEnd = lineEnd();
    if (lineEnd == NONE) {
      return false;
    }
    int begin = replies.position();
    String line = text(begin, lineEnd);
    boolean wrote = answered % 2 == 0;
    if (wrote ? !line.equals("+OK") : !line.startsWith("$")) {
      throw new IOException((wrote ? "SET" : "GET") + " was answered " + line);
    }
    int length = wrote ? NONE : Integer.parseInt(line.substring(1));
    int bodyBegin = lineEnd + 2;
    int end = length < 0 ? bodyBegin : bodyBegin + length + 2;
    if (end > replies.limit()) {
      return false;
    }
    if (!wrote && load.ownWrites()) {
      String found = length < 0 ? "nothing" : text(bodyBegin, bodyBegin + length);
      if (!found.equals(valueOf(answered / 2))) {
        throw new IOException("a connection did not read what it had written");
      }
    }
    replies.position(end);
    return true;
  }

  /** Where the line ends that begins at the buffer's position. */
  private int lineEnd() throws IOException {
    for (int i = replies.position(); i + 1 < replies.limit(); i++) {
      if (replies.get(i) == '\r' && replies.get(i + 1) == '\n') {
        return i;
      }
    }
    if (replies.remaining() >= LONGEST_LINE_BYTES) {
      throw new IOException("a reply's first line is longer than " + LONGEST_LINE_BYTES + " bytes");
    }
    return NONE;
  }

  private String text(int from, int to) {
    return new String(
        replies.array(), replies.arrayOffset() + from, to - from, StandardCharsets.US_ASCII);
  }

  private String keyOf(long pair) {
    return "key:" + number + ":" + pair % KEYS;
  }

  /** The pair's number, and as many letters as are wanted. */
  private String valueOf(long pair) {
    String text = Long.toString(pair);
    return text + "x".repeat(Math.max(0, load.valueBytes() - text.length()));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
