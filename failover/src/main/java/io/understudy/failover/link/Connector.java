package io.understudy.failover.link;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateAdapter;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DnsResolver;
import io.lettuce.core.resource.SocketAddressResolver;
import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsClient;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Opens control connections. One serves all groups of a process; any thread may call it.
 *
 * <p>No command is sent by connecting, not even AUTH: a server that loads, is busy or refuses the
 * password answers TCP all the same, and what it then says is for the caller to judge.
 */
public final class Connector implements AutoCloseable {
  /** Requests that may wait for replies on one connection; far more than a keeper ever sends. */
  private static final int MAX_WAITING_REQUESTS = 256;

  private static final int COMPUTATION_THREADS = 2;
  private static final Duration SHUTDOWN_DEADLINE = Duration.ofSeconds(2);

  /** The threads, which the first of several connectors owns. */
  private final ClientResources threads;

  private final boolean owner;
  private final ClientResources resources;
  private final RedisClient client;
  private final HostResolver resolver = new HostResolver();
  private final Duration connectTimeout;
  private final Optional<TlsClient> tls;

  /** As many entries as there were settings of TLS. */
  private final Map<TlsClient, Connector> others = new ConcurrentHashMap<>();

  /**
   * Starts the threads.
   *
   * @param ioThreads how many threads read and write all connections, 1 and up
   * @param connectTimeout how long an attempt to connect may take
   */
  public Connector(int ioThreads, Duration connectTimeout) {
    this(
        DefaultClientResources.builder()
            .ioThreadPoolSize(Math.max(2, ioThreads))
            .computationThreadPoolSize(COMPUTATION_THREADS)
            .build(),
        true,
        connectTimeout,
        Optional.empty());
  }

  private Connector(
      ClientResources threads, boolean owner, Duration connectTimeout, Optional<TlsClient> tls) {
    this.threads = threads;
    this.owner = owner;
    this.connectTimeout = connectTimeout;
    this.tls = tls;
    // A certificate names a host, so connections are opened by name; but what the name means is
    // looked up by this package alone, since the library would block its threads with it.
    resources = threads.mutate().socketAddressResolver(new LookedUp()).build();
    client = RedisClient.create(resources);
    ClientOptions.Builder options =
        ClientOptions.builder()
            .autoReconnect(false)
            // It would send a command and wait for its reply before the connection counts as made.
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .pingBeforeActivateConnection(false)
            .protocolVersion(ProtocolVersion.RESP2)
            .requestQueueSize(MAX_WAITING_REQUESTS)
            .socketOptions(
                SocketOptions.builder().connectTimeout(connectTimeout).tcpNoDelay(true).build());
    tls.ifPresent(own -> options.sslOptions(sslOptions(own)));
    client.setOptions(options.build());
  }

  /** Asked anew for each connection, so that renewed files are used. */
  private static SslOptions sslOptions(TlsClient tls) {
    return SslOptions.builder()
        .jdkSslProvider()
        .sslContext(context -> context.keyManager(tls.keys()).trustManager(tls.trust()))
        .sslParameters(() -> tls.with(new SSLParameters()))
        .build();
  }

  /** Uses the addresses that were looked up before. */
  private final class LookedUp extends SocketAddressResolver {
    LookedUp() {
      super(DnsResolver.unresolved());
    }

    @Override
    public SocketAddress resolve(RedisURI uri) {
      return resolver
          .lastKnown(uri.getHost())
          .<SocketAddress>map(address -> new InetSocketAddress(address, uri.getPort()))
          .orElseGet(() -> super.resolve(uri));
    }
  }

  /**
   * One that connects over TLS, on the same threads; this one where there is none. It is closed
   * with this one.
   */
  public Connector over(Optional<TlsClient> wanted) {
    if (wanted.isEmpty()) {
      return this;
    }
    return others.computeIfAbsent(
        wanted.get(), tls -> new Connector(threads, false, connectTimeout, Optional.of(tls)));
  }

  /**
   * Tries to connect once.
   *
   * @param thread where the two consumers are called
   * @param ended gets the end of the attempt, exactly once
   * @param lost gets the link when its connection ended by anything but {@link Link#close}, at most
   *     once and after {@code ended}
   */
  public void connect(
      Address address, Executor thread, Consumer<Attempt> ended, Consumer<Link> lost) {
    var unused =
        Heard.of(resolver.resolve(address.host()).thenCompose(found -> open(address)))
            .thenAccept(
                opened -> {
                  if (opened.value() == null) {
                    thread.execute(() -> ended.accept(judge(opened.failure())));
                  } else {
                    hand(opened.value(), thread, ended, lost);
                  }
                });
  }

  private CompletionStage<StatefulRedisConnection<String, String>> open(Address address) {
    RedisURI uri =
        RedisURI.builder()
            .withHost(address.host())
            .withPort(address.port())
            .withLibraryName("")
            .withLibraryVersion("")
            .withSsl(tls.isPresent())
            .withVerifyPeer(
                tls.filter(own -> own.files().verifies()).isPresent()
                    ? SslVerifyMode.FULL
                    : SslVerifyMode.CA)
            .build();
    return client.connectAsync(StringCodec.UTF8, uri);
  }

  private static void hand(
      StatefulRedisConnection<String, String> connection,
      Executor thread,
      Consumer<Attempt> ended,
      Consumer<Link> lost) {
    var link = new Link(connection);
    thread.execute(() -> ended.accept(new Attempt.Connected(link)));
    var told = new AtomicBoolean();
    Runnable tell =
        () -> {
          if (told.compareAndSet(false, true)) {
            thread.execute(() -> lost.accept(link));
          }
        };
    connection.addListener(
        new RedisConnectionStateAdapter() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> ignored) {
            tell.run();
          }
        });
    if (!connection.isOpen()) {
      tell.run(); // it ended before the listener was there
    }
  }

  private static Attempt judge(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String detail = at.getMessage() == null ? at.getClass().getSimpleName() : at.getMessage();
      if (at instanceof UnknownHostException) {
        return new Attempt.Unresolvable(detail);
      }
      if (at instanceof ConnectException && detail.contains("refused")) {
        return new Attempt.Refused(detail);
      }
      if (at.getCause() == null) {
        return new Attempt.Unanswered(detail);
      }
    }
    return new Attempt.Unanswered("the attempt ended without a reason");
  }

  /** Closes every connection and ends the threads; waits shortly for that. */
  @Override
  public void close() {
    others.values().forEach(Connector::close);
    resolver.close();
    long millis = SHUTDOWN_DEADLINE.toMillis();
    CompletableFuture.allOf(client.shutdownAsync(0, millis, TimeUnit.MILLISECONDS))
        .orTimeout(millis, TimeUnit.MILLISECONDS)
        .exceptionally(late -> null)
        .join();
    if (owner) {
      resources.shutdown(0, millis, TimeUnit.MILLISECONDS).awaitUninterruptibly(millis);
      threads.shutdown(0, millis, TimeUnit.MILLISECONDS).awaitUninterruptibly(millis);
    }
  }
}
