package io.understudy.proxy.session;

import io.understudy.proxy.route.PoolKey;
import io.understudy.topology.RunId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client as others see it: in CLIENT LIST, and by the id that CLIENT KILL and CLIENT UNBLOCK
 * take. Written on the session's loop, read by any thread.
 */
final class Client {
  private static final String ID_KEY = "$2\r\nid\r\n:";

  private final long id;
  private final String address;
  private final String localAddress;
  private final long sinceNanos;
  private volatile long heardNanos;
  private volatile String name = "";
  private volatile String libraryName = "";
  private volatile String libraryVersion = "";
  private volatile boolean subscribed;
  private volatile boolean replica;
  private volatile long connection = -1;
  private boolean lent;

  /** Sessions whose invalidations are redirected to its connection; closed ones do not stay. */
  private final Set<Session> borrowers = new HashSet<>();

  private @Nullable RunId node;
  private volatile PoolKey key = PoolKey.FRESH;
  private volatile String user = PoolKey.FRESH.credentials().effectiveUser();

  Client(long id, String address, String localAddress, long nowNanos) {
    this.id = id;
    this.address = address;
    this.localAddress = localAddress;
    this.sinceNanos = nowNanos;
    this.heardNanos = nowNanos;
  }

  /** The proxy's own number for it. */
  long id() {
    return id;
  }

  /** Where it connects from, host:port. */
  String address() {
    return address;
  }

  /** Where it connected to, host:port. */
  String localAddress() {
    return localAddress;
  }

  /** When it connected. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** When it sent something last. */
  long heardNanos() {
    return heardNanos;
  }

  /** It sent something. */
  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  /** What CLIENT SETNAME gave it; empty if nothing. */
  String name() {
    return name;
  }

  /** Names it. */
  void name(String given) {
    name = given;
  }

  /** What CLIENT SETINFO LIB-NAME gave. */
  String libraryName() {
    return libraryName;
  }

  /** What CLIENT SETINFO LIB-VER gave. */
  String libraryVersion() {
    return libraryVersion;
  }

  /** Follows CLIENT SETINFO LIB-NAME. */
  void libraryName(String given) {
    libraryName = given;
  }

  /** Follows CLIENT SETINFO LIB-VER. */
  void libraryVersion(String given) {
    libraryVersion = given;
  }

  /** Its user, database and protocol. */
  PoolKey key() {
    return key;
  }

  /** Whose rights it has, as far as its listener tells. */
  String user() {
    return user;
  }

  /** Follows a change of these. */
  void describe(PoolKey now, String as) {
    key = now;
    user = as;
  }

  /** Whether it is subscribed to anything. */
  boolean isSubscribed() {
    return subscribed;
  }

  /** Follows its subscriptions. */
  void subscribed(boolean any) {
    subscribed = any;
  }

  /** Whether it is a replica that attached through the proxy. */
  boolean isReplica() {
    return replica;
  }

  /** It asked for the data as replicas do. */
  void becomesReplica() {
    replica = true;
  }

  /** The server's number of its own connection; -1 while it has none. */
  long connection() {
    return connection;
  }

  /** It has a connection of its own, to a node. */
  synchronized void connection(long number, RunId to) {
    connection = number;
    node = to;
    lent = false;
    borrowers.clear();
  }

  /** Whether its own connection leads to a node. */
  synchronized boolean isConnectedTo(RunId wanted) {
    return connection >= 0 && wanted.equals(node);
  }

  /**
   * The number of its own connection to a node, which is to be nobody else's from now on; -1 if it
   * has none.
   *
   * @param borrower has its invalidations sent there
   */
  synchronized long lendConnection(RunId wanted, Session borrower) {
    if (!isConnectedTo(wanted)) {
      return -1;
    }
    lent = true;
    borrowers.removeIf(Session::isClosed);
    borrowers.add(borrower);
    return connection;
  }

  /** Whose invalidations were redirected to its connection, which is lost. */
  synchronized List<Session> takeBorrowers() {
    List<Session> taken = List.copyOf(borrowers);
    borrowers.clear();
    return taken;
  }

  /** It has none any more; returns whether somebody's invalidations are redirected to it. */
  synchronized boolean leaveConnection() {
    boolean was = lent;
    connection = -1;
    lent = false;
    borrowers.clear();
    return was;
  }

  /** Whether servers would accept it as a name: no spaces, no line ends, nothing unprintable. */
  static boolean isName(String text) {
    return text.chars().allMatch(c -> c >= '!' && c <= '~');
  }

  /** A reply to HELLO, with the proxy's id of the client in the place of the connection's. */
  String withOwnId(String hello) {
    int at = hello.indexOf(ID_KEY);
    int end = at < 0 ? -1 : hello.indexOf('\r', at + ID_KEY.length());
    return end < 0 ? hello : hello.substring(0, at + ID_KEY.length()) + id + hello.substring(end);
  }
}
