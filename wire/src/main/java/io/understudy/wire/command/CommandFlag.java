package io.understudy.wire.command;

import java.util.Locale;

/**
 * A property of a command, in the words of the third element of a COMMAND reply.
 *
 * <p>Where Redis and Valkey give a command different flags, the table has both, so that a command
 * which is a write on either is a {@link #WRITE}.
 */
public enum CommandFlag {
  /** May change data. */
  WRITE,
  /** Never changes data. */
  READONLY,
  /** Refused when the server is out of memory. */
  DENYOOM,
  /** Belongs to a module that the server loads at its start. */
  MODULE,
  /** An administrator's command. */
  ADMIN,
  /** Publish and subscribe. */
  PUBSUB,
  /** Refused in scripts. */
  NOSCRIPT,
  /** May block the connection, and everything behind it. */
  BLOCKING,
  /** Allowed while the server loads its data. */
  LOADING,
  /** Allowed on a replica whose link is down and which must not serve stale data. */
  STALE,
  /** Not shown by MONITOR. */
  SKIP_MONITOR,
  /** Not in the slow log (Redis' word). */
  SKIP_SLOWLOG,
  /** Not in the command log (Valkey's word, from 8.1). */
  SKIP_COMMANDLOG,
  /** Allowed on a slot that is being imported, after ASKING. */
  ASKING,
  /** Constant or logarithmic time. */
  FAST,
  /** Needs no authentication. */
  NO_AUTH,
  /** May be replicated although it is not a write: EVAL, PUBLISH. */
  MAY_REPLICATE,
  /** The first three key numbers of COMMAND do not tell all keys. */
  MOVABLEKEYS,
  /** Allowed while a script or a module runs too long. */
  ALLOW_BUSY,
  /** Refused inside MULTI. */
  NO_MULTI,
  /** Refused while the server loads a dataset beside the old one. */
  NO_ASYNC_LOADING,
  /** Its keys may all be absent. */
  NO_MANDATORY_KEYS,
  /** May touch keys that are not among its arguments: SORT's patterns. */
  TOUCHES_ARBITRARY_KEYS,
  /**
   * The server closes the connection at once and without a reply. No server reports this one: it is
   * ours, for {@code POST} and {@code Host:}, which a browser was tricked to send.
   */
  DROPS_CONNECTION;

  // The bit lives only as long as the process: nothing stores or sends it, so the order is free.
  @SuppressWarnings("EnumOrdinal")
  private final long bit = 1L << ordinal();

  /** The bit of this flag in {@link Command#flags()}. */
  public long bit() {
    return bit;
  }

  /** The flag that servers call {@code word}, in any case. */
  static CommandFlag of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** The bits of all {@code flags}, for {@link Command#hasAny}. */
  public static long mask(CommandFlag... flags) {
    long mask = 0;
    for (CommandFlag flag : flags) {
      mask |= flag.bit;
    }
    return mask;
  }
}
