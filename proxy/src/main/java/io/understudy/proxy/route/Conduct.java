package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;

/**
 * How a command is treated when its session shares a connection: in a run with its neighbours, or
 * apart.
 */
public enum Conduct {
  /** Binds nothing: goes with its neighbours over the shared connection. */
  PLAIN,
  /**
   * EVAL, FCALL and their kin: may run for so long that the server answers everyone else with BUSY
   * until somebody kills the script; nobody else's command may stand behind it.
   */
  SCRIPT,
  /** SCRIPT KILL, FUNCTION KILL: what a server takes that is busy with a script. */
  SCRIPT_KILL,
  /** MULTI, WATCH: binds a transaction to the connection. */
  TRANSACTION,
  /** May block everything behind it: BLPOP, XREAD, … */
  BLOCKING,
  /** WAIT, WAITAOF: blocks, and speaks of what its connection wrote before. */
  WAIT,
  /** SUBSCRIBE, UNSUBSCRIBE and their kin: many replies, and pushes from then on. */
  PUBSUB,
  /** MONITOR: an endless reply. */
  MONITOR,
  /** PSYNC, SYNC, REPLCONF: turns the connection into a replica's. */
  REPLICATION,
  /**
   * Binds something the proxy does not follow, or is not known at all: the session keeps its
   * connection to the end.
   */
  BINDING,
  /** SELECT. */
  SELECT,
  /** HELLO. */
  HELLO,
  /** AUTH. */
  AUTH,
  /** RESET. */
  RESET,
  /** QUIT. */
  QUIT,
  /** CLIENT REPLY. */
  CLIENT_REPLY,
  /** CLIENT MAINT_NOTIFICATIONS: no server has it, the proxy answers it. */
  CLIENT_NOTICES,
  /** UNDERSTUDY CONSISTENCY: no server has it, the proxy answers it. */
  CONSISTENCY,
  /** CLIENT TRACKING: binds pushes to the connection. */
  CLIENT_TRACKING,
  /** CLIENT NO-EVICT, CLIENT NO-TOUCH, CLIENT CACHING, …: a flag of the connection. */
  CLIENT_FLAG,
  /** CLIENT subcommands the proxy answers itself: ID, GETNAME, SETNAME, LIST, KILL, … */
  CLIENT_OWN;

  /** The conduct of one command. */
  public static Conduct of(Command command) {
    if (command.isUnknown()) {
      return BINDING;
    }
    return switch (command.name()) {
      case "eval", "eval_ro", "evalsha", "evalsha_ro", "fcall", "fcall_ro" -> SCRIPT;
      case "script|kill", "function|kill" -> SCRIPT_KILL;
      case "multi", "watch" -> TRANSACTION;
      case "wait", "waitaof" -> WAIT;
      case "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe" ->
          PUBSUB;
      case "monitor" -> MONITOR;
      case "psync", "sync", "replconf" -> REPLICATION;
      case "asking", "readonly", "readwrite", "script|debug", "client" -> BINDING;
      case "select" -> SELECT;
      case "hello" -> HELLO;
      case "auth" -> AUTH;
      case "reset" -> RESET;
      case "quit" -> QUIT;
      case "client|reply" -> CLIENT_REPLY;
      case "client|maint_notifications" -> CLIENT_NOTICES;
      case "understudy" -> CONSISTENCY;
      case "client|tracking" -> CLIENT_TRACKING;
      case "client|no-evict",
          "client|no-touch",
          "client|caching",
          "client|capa",
          "client|import-source" ->
          CLIENT_FLAG;
      case "client|id",
          "client|getname",
          "client|setname",
          "client|setinfo",
          "client|list",
          "client|info",
          "client|kill",
          "client|unblock",
          "client|getredir",
          "client|pause",
          "client|unpause",
          "client|trackinginfo" ->
          CLIENT_OWN;
      default -> command.has(CommandFlag.BLOCKING) ? BLOCKING : PLAIN;
    };
  }
}
