package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.understudy.replication.source.ConnectFailure;
import io.understudy.replication.source.SourceServer;
import io.understudy.topology.Address;
import io.understudy.wire.frame.Frame;
import io.understudy.wire.frame.FrameEncoder;
import io.understudy.wire.frame.FrameLimits;
import io.understudy.wire.frame.FrameReader;
import io.understudy.wire.frame.MalformedFrameException;
import io.understudy.wire.frame.Protocol;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a replica, at the port where it listens itself, which server it is, and from then on how
 * many replicated commands it refused: a replica that does not know a command skips it and says so
 * nowhere else. The feed's event loop.
 */
final class ReplicaWatch {
  /** How often the count is asked for, and how long an answer may take. */
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 1024, 4);

  /** What connects to a replica. */
  @FunctionalInterface
  interface Connector {
    /**
     * Connects.
     *
     * @param onFailed gets why there is no connection, if so
     */
    void connect(Address to, ChannelHandler handler, Consumer<Throwable> onFailed);
  }

  /** What a question is about. */
  private enum Question {
    LOGIN,
    DATABASES,
    KEYS,
    SERVER,
    STATISTICS
  }

  /**
   * Which server a replica is.
   *
   * @param server unknown if it could not be found out
   * @param reason why not; empty if it was
   * @param databases how many it has, if it told
   * @param keys how many it holds, if it told
   */
  record Identity(SourceServer server, String reason, OptionalInt databases, long keys) {
    static Identity unknown(String reason) {
      return new Identity(SourceServer.UNKNOWN, reason, OptionalInt.empty(), 0);
    }

    /** Whether a database is one that it may not have. */
    boolean lacks(int database) {
      return databases.isPresent() && database >= databases.getAsInt();
    }
  }

  private final Address address;
  private final Optional<String> password;
  private final Connector connector;
  private final Consumer<Identity> onIdentity;
  private @Nullable Link link;
  private OptionalInt databases = OptionalInt.empty();
  private long keys;
  private boolean identified;
  private boolean closed;
  private long askedNanos;
  private long refusedBefore = -1;
  private long refused;

  /**
   * A watch that has not begun.
   *
   * @param password what the replica sends to be let in here; the same may let us in there
   * @param onIdentity gets once what the replica is
   */
  ReplicaWatch(
      Address address,
      Optional<String> password,
      Connector connector,
      Consumer<Identity> onIdentity) {
    this.address = address;
    this.password = password;
    this.connector = connector;
    this.onIdentity = onIdentity;
  }

  /** How many replicated commands the replica refused since it was first asked. */
  long refused() {
    return refused;
  }

  /** Begins. */
  void open(long nowNanos) {
    askedNanos = nowNanos;
    Link opened = new Link();
    link = opened;
    connector.connect(
        address, opened, cause -> unidentified(address + " " + ConnectFailure.words(cause)));
  }

  /** Asks again now and then, and gives up waiting. */
  void tick(long nowNanos) {
    if (nowNanos - askedNanos < EVERY_NANOS) {
      return;
    }
    askedNanos = nowNanos;
    unidentified(address + " does not answer INFO");
    Link open = link;
    if (open == null || !open.ask(Question.STATISTICS)) {
      close();
      closed = false;
      open(nowNanos);
    }
  }

  void close() {
    closed = true;
    Link open = link;
    link = null;
    if (open != null) {
      open.close();
    }
  }

  private void unidentified(String reason) {
    identify(Identity.unknown(reason));
  }

  private void identify(Identity identity) {
    if (!identified && !closed) {
      identified = true;
      onIdentity.accept(identity);
    }
  }

  private void onReply(Question question, Frame reply) {
    switch (question) {
      case LOGIN -> {} // a server without a password refuses one, and answers all the same
      case DATABASES -> {
        if (reply instanceof Frame.Array(List<Frame> setting)
            && setting.size() == 2
            && setting.get(1) instanceof Frame.Bulk(String number)) {
          databases = OptionalInt.of(Integer.parseInt(number));
        }
      }
      case KEYS -> keys = reply instanceof Frame.Bulk(String info) ? keys(info) : 0;
      case SERVER -> {
        switch (reply) {
          case Frame.Bulk(String info) ->
              identify(new Identity(SourceServer.of(info), "", databases, keys));
          case Frame.Failure(String error) ->
              unidentified(address + " answered INFO with " + error);
          default -> unidentified(address + " does not speak Redis' protocol");
        }
      }
      case STATISTICS -> {
        if (reply instanceof Frame.Bulk(String info)) {
          count(info);
        }
      }
    }
  }

  /** The lines are like {@code db0:keys=1,expires=0,avg_ttl=0}. */
  private static long keys(String info) {
    return info.lines()
        .filter(line -> line.startsWith("db") && line.contains("keys="))
        .map(line -> line.substring(line.indexOf("keys=") + "keys=".length()))
        .mapToLong(rest -> Long.parseLong(rest.substring(0, rest.indexOf(','))))
        .sum();
  }

  private void count(String info) {
    info.lines()
        .filter(line -> line.startsWith("unexpected_error_replies:"))
        .findFirst()
        .map(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .ifPresent(
            told -> {
              refusedBefore = refusedBefore < 0 ? told : refusedBefore;
              refused = Math.max(refused, told - refusedBefore);
            });
  }

  /** One connection. */
  @SuppressWarnings("FutureReturnValueIgnored") // a failed write closes the connection
  private final class Link extends ChannelInboundHandlerAdapter {
    private final Deque<Question> asked = new ArrayDeque<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable FrameReader reader;

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      context = ctx;
      reader = new FrameReader(ctx.alloc().heapBuffer(), LIMITS);
      password.ifPresent(word -> ask(Question.LOGIN));
      ask(Question.DATABASES);
      ask(Question.KEYS);
      ask(Question.SERVER);
      ask(Question.STATISTICS);
    }

    /** Asks, unless the last answer has not come; returns whether it did. */
    boolean ask(Question question) {
      ChannelHandlerContext ctx = context;
      if (ctx == null || !ctx.channel().isActive() || asked.size() > Question.values().length) {
        return false;
      }
      asked.add(question);
      Frame command =
          switch (question) {
            case LOGIN -> Frame.command("AUTH", password.orElseThrow());
            case DATABASES -> Frame.command("CONFIG", "GET", "databases");
            case KEYS -> Frame.command("INFO", "keyspace");
            case SERVER -> Frame.command("INFO", "server");
            case STATISTICS -> Frame.command("INFO", "stats");
          };
      ByteBuf out = ctx.alloc().buffer();
      FrameEncoder.write(command, Protocol.RESP2, out);
      ctx.writeAndFlush(out, ctx.voidPromise());
      return true;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      FrameReader reading = reader;
      try {
        if (reading != null) {
          reading.feed(bytes);
          for (Frame frame = reading.next(); frame != null; frame = reading.next()) {
            if (asked.isEmpty()) {
              ctx.close();
              return;
            }
            onReply(asked.remove(), frame);
          }
        }
      } catch (MalformedFrameException | NumberFormatException e) {
        unidentified(address + " does not speak Redis' protocol: " + e.getMessage());
        ctx.close();
      } finally {
        bytes.release();
      }
    }

    void close() {
      ChannelHandlerContext ctx = context;
      if (ctx != null) {
        ctx.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      unidentified(address + " closed the connection");
      FrameReader reading = reader;
      reader = null;
      if (reading != null) {
        reading.close();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
