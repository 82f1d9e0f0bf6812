package io.understudy.zookeeper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.utils.DefaultZookeeperFactory;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * A session with the ensemble, below the prefix.
 *
 * <p>A call that fails is not repeated here: whether it was carried out is unknown, and only its
 * caller knows what to read to find out.
 */
final class ZookeeperConnection implements Store, AutoCloseable {
  private static final int CLOSE_WAIT_MILLIS = 1_000;

  /** After this part of the time to connect, it is looked why that takes so long. */
  private static final int LOOK_PART = 4;

  private final ZookeeperOptions options;
  private final CuratorFramework client;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Map<Runnable, CuratorWatcher> watchers = new ConcurrentHashMap<>();
  private final ClientSettings settings;
  private final AtomicBoolean refused;
  private volatile boolean connected;

  private ZookeeperConnection(
      ZookeeperOptions options,
      CuratorFramework client,
      ClientSettings settings,
      AtomicBoolean refused) {
    this.options = options;
    this.client = client;
    this.settings = settings;
    this.refused = refused;
    client
        .getConnectionStateListenable()
        .addListener(
            (c, state) -> {
              connected = state.isConnected();
              listeners.forEach(Runnable::run);
            });
  }

  /**
   * Connects, and makes the tree where it is missing.
   *
   * @throws IOException in one line: nobody answers, the login is not accepted or may not write
   *     here; nothing is left open
   */
  static ZookeeperConnection open(ZookeeperOptions options, Duration deadline) throws IOException {
    int sessionMillis = Math.toIntExact(options.session().toMillis());
    ClientSettings settings = ClientSettings.of(options);
    AtomicBoolean refused = new AtomicBoolean();
    var builder =
        CuratorFrameworkFactory.builder()
            .connectString(options.connect())
            .sessionTimeoutMs(sessionMillis)
            .connectionTimeoutMs(sessionMillis / 2)
            .maxCloseWaitMs(CLOSE_WAIT_MILLIS)
            .retryPolicy(new RetryNTimes(0, 0))
            .zkClientConfig(settings.config())
            .zookeeperFactory(new Listening(refused))
            .dontUseContainerParents();
    options
        .login()
        .ifPresent(
            login -> {
              builder.aclProvider(new Owned());
              switch (login.kind()) {
                case DIGEST ->
                    builder.authorization(
                        "digest",
                        (login.username() + ":" + login.password())
                            .getBytes(StandardCharsets.UTF_8));
                case SASL -> {} // part of the settings
              }
            });
    CuratorFramework client = builder.build();
    var connection = new ZookeeperConnection(options, client, settings, refused);
    client.start();
    try {
      connection.awaitConnected(deadline);
      connection.connected = true;
      connection.makeTree();
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      connection.close();
      throw new IOException("interrupted while connecting to " + options.connect(), e);
    }
  }

  private void awaitConnected(Duration deadline) throws IOException, InterruptedException {
    if (isConnectedWithin(deadline.dividedBy(LOOK_PART))) {
      return;
    }
    if (refused.get()) {
      throw new IOException(loginRefused());
    }
    Optional<String> trouble =
        options.tls().isPresent()
            ? ConnectionTrouble.ofTls(options, settings.config())
            : Optional.empty();
    if (trouble.isPresent()) {
      throw new IOException(trouble.get());
    }
    if (!isConnectedWithin(deadline)) {
      throw new IOException(
          "nobody answers at "
              + options.connect()
              + " within "
              + deadline.toSeconds()
              + " s; start ZooKeeper there ('understudy zookeeper' runs one), or correct the"
              + " address");
    }
  }

  private boolean isConnectedWithin(Duration most) throws InterruptedException {
    return client.blockUntilConnected(Math.toIntExact(most.toMillis()), TimeUnit.MILLISECONDS);
  }

  private String loginRefused() {
    return options.login().isPresent()
        ? "ZooKeeper does not let the user "
            + options.login().get().username()
            + " in; correct zookeeper.auth, or make the user known to the servers"
        : "ZooKeeper wants a login; write zookeeper.auth";
  }

  /** Makes ZooKeeper's client, and hears what it is told about logins. */
  private static final class Listening extends DefaultZookeeperFactory {
    private final AtomicBoolean refused;

    Listening(AtomicBoolean refused) {
      this.refused = refused;
    }

    @Override
    public ZooKeeper newZooKeeper(
        String connectString,
        int sessionTimeout,
        Watcher watcher,
        boolean canBeReadOnly,
        ZKClientConfig config)
        throws Exception {
      return super.newZooKeeper(
          connectString,
          sessionTimeout,
          event -> {
            if (event.getState() == Watcher.Event.KeeperState.AuthFailed) {
              refused.set(true);
            }
            watcher.process(event);
          },
          canBeReadOnly,
          config);
    }
  }

  /** Everything that is created belongs to the login that created it. */
  private static final class Owned implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return getDefaultAcl();
    }
  }

  private void makeTree() throws IOException {
    for (String each :
        List.of(
            Tree.KEEPERS,
            Tree.JOURNALS,
            Tree.HISTORIES,
            Tree.TOPOLOGIES,
            Tree.PROXIES,
            Tree.REQUESTS)) {
      make(each);
    }
    make(Tree.LEADERS);
    make(Tree.PUBLISHED);
    make(Tree.PARTS_OF_PUBLISHED);
    if (childrenNewest(Tree.PARTS_OF_PUBLISHED).size() < Tree.PARTS) {
      for (int part = 0; part < Tree.PARTS; part++) {
        make(Tree.part(part));
      }
    }
  }

  private void make(String name) throws IOException {
    String path = path(name);
    try {
      if (client.checkExists().forPath(path) == null) {
        client.create().creatingParentsIfNeeded().forPath(path, new byte[0]);
      }
      client.getData().forPath(path);
    } catch (KeeperException.NodeExistsException e) {
      // Another keeper was quicker.
    } catch (KeeperException.ConnectionLossException e) {
      // Servers that want a login end the connection of whoever has none.
      IOException problem = problem("cannot use " + path, e);
      throw options.login().isPresent()
          ? problem
          : new IOException(
              problem.getMessage() + "; where the servers want a login, write zookeeper.auth", e);
    } catch (Exception e) {
      throw problem("cannot use " + path, e);
    }
  }

  private String path(String name) {
    return options.prefix().equals("/") ? "/" + name : options.prefix() + "/" + name;
  }

  @Override
  public boolean isConnected() {
    return connected;
  }

  @Override
  public long session() throws IOException {
    try {
      return client.getZookeeperClient().getZooKeeper().getSessionId();
    } catch (Exception e) {
      throw problem("there is no session", e);
    }
  }

  @Override
  public void onConnection(Runnable listener) {
    listeners.add(listener);
  }

  private CuratorWatcher watcher(Runnable listener) {
    // The same object each time, because the client keeps one call due per object.
    return watchers.computeIfAbsent(listener, l -> event -> l.run());
  }

  @Override
  public Optional<Cell> read(String name, Runnable listener) throws IOException {
    var stat = new Stat();
    try {
      byte[] bytes =
          client.getData().storingStatIn(stat).usingWatcher(watcher(listener)).forPath(path(name));
      return Optional.of(cell(bytes, stat));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw problem("cannot read " + path(name), e);
    }
  }

  @Override
  public Optional<Cell> readNewest(String name) throws IOException {
    sync(path(name));
    var stat = new Stat();
    try {
      return Optional.of(cell(client.getData().storingStatIn(stat).forPath(path(name)), stat));
    } catch (KeeperException.NoNodeException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw problem("cannot read " + path(name), e);
    }
  }

  private static Cell cell(byte[] bytes, Stat stat) {
    return new Cell(bytes, stat.getVersion(), stat.getCzxid(), stat.getEphemeralOwner());
  }

  @Override
  public List<Optional<Cell>> readAll(List<String> names) throws IOException {
    return readAll(List.of(), names);
  }

  @Override
  public List<Optional<Cell>> readAll(String first, Runnable listener, List<String> others)
      throws IOException {
    var cell = new CompletableFuture<Optional<Cell>>();
    try {
      client
          .getData()
          .usingWatcher(watcher(listener))
          .inBackground((c, event) -> complete(cell, event))
          .forPath(path(first));
    } catch (Exception e) {
      throw problem("cannot read " + path(first), e);
    }
    return readAll(List.of(cell), others);
  }

  /** Adds answers to those that are awaited; ZooKeeper answers in the order it was asked. */
  private List<Optional<Cell>> readAll(
      List<CompletableFuture<Optional<Cell>>> asked, List<String> names) throws IOException {
    List<CompletableFuture<Optional<Cell>>> answers = new ArrayList<>(asked);
    try {
      for (String name : names) {
        var answer = new CompletableFuture<Optional<Cell>>();
        answers.add(answer);
        client.getData().inBackground((c, event) -> complete(answer, event)).forPath(path(name));
      }
      List<Optional<Cell>> cells = new ArrayList<>();
      for (CompletableFuture<Optional<Cell>> answer : answers) {
        cells.add(answer.get(options.session().toMillis() / 2, TimeUnit.MILLISECONDS));
      }
      return cells;
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("zookeeper: it does not answer", e);
    } catch (Exception e) {
      throw problem("cannot read", e);
    }
  }

  private static void complete(CompletableFuture<Optional<Cell>> answer, CuratorEvent event) {
    KeeperException.Code code = KeeperException.Code.get(event.getResultCode());
    switch (code) {
      case OK -> answer.complete(Optional.of(cell(event.getData(), event.getStat())));
      case NONODE -> answer.complete(Optional.empty());
      default -> answer.completeExceptionally(KeeperException.create(code, event.getPath()));
    }
  }

  @Override
  public List<String> children(String name, Runnable listener) throws IOException {
    try {
      return client.getChildren().usingWatcher(watcher(listener)).forPath(path(name));
    } catch (Exception e) {
      throw problem("cannot read " + path(name), e);
    }
  }

  @Override
  public List<String> childrenNewest(String name) throws IOException {
    sync(path(name));
    try {
      return client.getChildren().forPath(path(name));
    } catch (Exception e) {
      throw problem("cannot read " + path(name), e);
    }
  }

  @Override
  public Optional<Cell> create(String name, byte[] bytes, boolean ephemeral) throws IOException {
    var stat = new Stat();
    try {
      client
          .create()
          .storingStatIn(stat)
          .withMode(ephemeral ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT)
          .forPath(path(name), bytes);
      return Optional.of(cell(bytes, stat));
    } catch (KeeperException.NodeExistsException e) {
      return Optional.empty();
    } catch (Exception e) {
      throw problem("cannot make " + path(name), e);
    }
  }

  @Override
  public OptionalInt write(String name, byte[] bytes, int version) throws IOException {
    try {
      return OptionalInt.of(
          client.setData().withVersion(version).forPath(path(name), bytes).getVersion());
    } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
      return OptionalInt.empty();
    } catch (Exception e) {
      throw problem("cannot write " + path(name), e);
    }
  }

  @Override
  public void delete(String name, int version) throws IOException {
    try {
      client.delete().withVersion(version).forPath(path(name));
    } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
      // It is gone already, or another is there, which stays.
    } catch (Exception e) {
      throw problem("cannot remove " + path(name), e);
    }
  }

  @Override
  public OptionalInt writeAndCount(
      String name, byte[] bytes, int version, String counter, String part) throws IOException {
    try {
      var op = client.transactionOp();
      CuratorOp content =
          version == ABSENT
              ? op.create().forPath(path(name), bytes)
              : op.setData().withVersion(version).forPath(path(name), bytes);
      List<CuratorTransactionResult> results =
          client.transaction().forOperations(content, count(part), count(counter));
      return OptionalInt.of(results.getLast().getResultStat().getVersion());
    } catch (KeeperException.BadVersionException
        | KeeperException.NoNodeException
        | KeeperException.NodeExistsException e) {
      return OptionalInt.empty();
    } catch (Exception e) {
      throw problem("cannot write " + path(name), e);
    }
  }

  private CuratorOp count(String counter) throws Exception {
    return client.transactionOp().setData().forPath(path(counter), new byte[0]);
  }

  @Override
  public boolean writeIfCounted(String name, byte[] bytes, String counter, int count)
      throws IOException {
    try {
      client
          .transaction()
          .forOperations(
              client.transactionOp().check().withVersion(count).forPath(path(counter)),
              client.transactionOp().setData().forPath(path(name), bytes));
      return true;
    } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
      return false;
    } catch (Exception e) {
      throw problem("cannot write " + path(name), e);
    }
  }

  /**
   * Waits until the server that is connected knows all that the leader knew when this was called.
   */
  private void sync(String path) throws IOException {
    var done = new CompletableFuture<Integer>();
    try {
      client.sync().inBackground((c, event) -> done.complete(event.getResultCode())).forPath(path);
      int code = done.get(options.session().toMillis() / 2, TimeUnit.MILLISECONDS);
      if (code != KeeperException.Code.OK.intValue()) {
        throw KeeperException.create(KeeperException.Code.get(code), path);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("ZooKeeper does not answer", e);
    } catch (Exception e) {
      throw problem("cannot read " + path, e);
    }
  }

  /** Says in one line what is wrong and what to do about it. */
  private IOException problem(String what, Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    String why =
        switch (e) {
          case KeeperException.NoAuthException n ->
              options.login().isPresent()
                  ? "the user "
                      + options.login().get().username()
                      + " has no permission; log in"
                      + " as the user that created it, or choose another prefix"
                  : "it belongs to a user; write zookeeper.auth, or choose another prefix";
          case KeeperException.AuthFailedException n -> loginRefused();
          case KeeperException.SessionClosedRequireAuthException n -> loginRefused();
          case KeeperException.ConnectionLossException n -> "ZooKeeper does not answer";
          case KeeperException.OperationTimeoutException n -> "ZooKeeper does not answer";
          case KeeperException.SessionExpiredException n ->
              "the session with ZooKeeper has expired";
          default -> e.getClass().getSimpleName() + ": " + e.getMessage();
        };
    return new IOException("zookeeper: " + what + ": " + why, e);
  }

  @Override
  public void close() {
    connected = false;
    client.close();
    settings.saslName().ifPresent(SaslLogins::remove);
  }
}
