package io.understudy.failover.view;

import java.util.OptionalLong;

/**
 * How the last attempt to talk to a node ended. Only {@link Refused} and {@link Silent} can ever
 * become a reason to call it dead; everything else that answers is alive, however badly.
 */
public sealed interface Reachability {

  /** Nothing was tried yet. */
  record Unprobed() implements Reachability {}

  /**
   * It answers as it should.
   *
   * @param lastReplyNanos when its newest reply came
   */
  record Answering(long lastReplyNanos) implements Reachability {}

  /**
   * The connection ended and the next attempt has no result yet.
   *
   * @param atNanos when it ended
   */
  record Broken(long atNanos) implements Reachability {}

  /**
   * Connecting is refused: nothing listens there. A dead process, a changed port, or a firewall
   * that rejects.
   *
   * @param sinceNanos the first refusal in a row
   * @param lastNanos the newest one
   * @param times how many in a row, 1 and up
   */
  record Refused(long sinceNanos, long lastNanos, int times) implements Reachability {
    /**
     * So many in a row confirm each other where nothing else is configured: a full accept queue may
     * refuse once.
     */
    public static final int CONFIRMING = 2;
  }

  /**
   * No answer: requests, or attempts to connect, run out of time. A stopped process accepts
   * connections in the kernel and looks like this.
   *
   * @param sinceNanos when the first request that stayed unanswered was sent
   */
  record Silent(long sinceNanos) implements Reachability {}

  /**
   * It is reading its data into memory. INFO works.
   *
   * @param lastReplyNanos when its newest reply came
   * @param etaSeconds what it says is left; empty when it does not say
   */
  record Loading(long lastReplyNanos, OptionalLong etaSeconds) implements Reachability {}

  /**
   * A script keeps it. It refuses INFO, REPLICAOF and everything else that could fence or promote
   * it.
   *
   * @param sinceNanos the first such reply in a row
   * @param lastReplyNanos when its newest reply came
   */
  record Busy(long sinceNanos, long lastReplyNanos) implements Reachability {}

  /**
   * It cannot save and refuses writes, and PING with them. INFO works.
   *
   * @param lastReplyNanos when its newest reply came
   * @param detail its own words
   */
  record Misconf(long lastReplyNanos, String detail) implements Reachability {}

  /**
   * It does not know the keeper's user or password.
   *
   * @param lastReplyNanos when its newest reply came
   * @param detail its own words
   */
  record NoAuth(long lastReplyNanos, String detail) implements Reachability {}

  /**
   * It does not allow the keeper's user a command that the keeper needs.
   *
   * @param lastReplyNanos when its newest reply came
   * @param detail its own words
   */
  record NoPerm(long lastReplyNanos, String detail) implements Reachability {}

  /**
   * Something answers there that is no Redis or Valkey server.
   *
   * @param detail what it answered
   */
  record NotRedis(String detail) implements Reachability {}

  /** It runs in cluster mode, which groups itself and takes no REPLICAOF. */
  record ClusterMode() implements Reachability {}

  /**
   * It is older than what is supported.
   *
   * @param version what it says it is
   */
  record TooOld(String version) implements Reachability {}

  /**
   * Its name has no address.
   *
   * @param detail what the resolver said
   */
  record Unresolvable(String detail) implements Reachability {}

  /** Whether INFO is answered, so that its facts are fresh. */
  default boolean isReadable() {
    return this instanceof Answering || this instanceof Loading || this instanceof Misconf;
  }

  /** Whether it takes orders: REPLICAOF works. MISCONF refuses writes only. */
  default boolean isObedient() {
    return this instanceof Answering || this instanceof Misconf;
  }

  /** Servers end their sentences; here more follows. */
  private static String withoutDot(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  /** The fact in words, for an operator; the times are relative to {@code nowNanos}. */
  default String describe(long nowNanos) {
    return switch (this) {
      case Unprobed u -> "was not probed yet";
      case Answering a -> "answers";
      case Broken b -> "closed the connection " + Ago.of(b.atNanos, nowNanos);
      case Refused r ->
          "refuses connections since "
              + Ago.of(r.sinceNanos, nowNanos)
              + " ("
              + r.times
              + " times)";
      case Silent s -> "has not answered since " + Ago.of(s.sinceNanos, nowNanos);
      case Loading l ->
          "is loading its data"
              + (l.etaSeconds.isPresent() ? ", " + l.etaSeconds.getAsLong() + " s to go" : "");
      case Busy b ->
          "is busy with a script since "
              + Ago.of(b.sinceNanos, nowNanos)
              + "; it can be neither fenced nor promoted until the script ends (SCRIPT KILL)";
      case Misconf m -> "answers but cannot save: " + m.detail;
      case NoAuth n ->
          "does not accept the keeper's credentials: "
              + withoutDot(n.detail)
              + "; correct the group's auth, or the server's";
      case NoPerm n ->
          "does not allow the keeper's user what it needs: "
              + withoutDot(n.detail)
              + (n.detail.contains("number of clients")
                  ? "; raise its maxclients"
                  : "; allow it (ACL SETUSER)");
      case NotRedis n ->
          "is not a Redis or Valkey server: " + n.detail + "; correct the group's nodes";
      case ClusterMode c ->
          "runs in cluster mode, which fails over by itself; name a plain server in the group's"
              + " nodes";
      case TooOld t -> "is too old: " + t.version + "; upgrade it to 6.0 or newer";
      case Unresolvable u ->
          "has a name that does not resolve: "
              + u.detail
              + "; correct it in the group's nodes, or add it to DNS or /etc/hosts";
    };
  }
}
