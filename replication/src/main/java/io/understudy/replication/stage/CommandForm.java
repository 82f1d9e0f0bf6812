package io.understudy.replication.stage;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** How a command that may have keys on both sides of an edge is cut there. */
enum CommandForm {
  /** Its keys are all kept, or none is; otherwise it cannot be cut. */
  TOGETHER,
  /** Each key stands alone: {@code DEL}. */
  KEYS,
  /** Keys and values in turn: {@code MSET}. */
  PAIRS,
  /** A number of keys, then keys and values in turn, then options: {@code MSETEX}. */
  COUNTED_PAIRS,
  /** {@code SMOVE source destination member}. */
  MOVE_MEMBER,
  /** {@code RENAME source destination}. */
  RENAME,
  /** {@code COPY source destination}, perhaps into another database. */
  COPY,
  /** {@code LMOVE} and {@code RPOPLPUSH}: the source loses what the destination gains. */
  MOVE_ELEMENT,
  /** The first key is made from the others. */
  STORE_FIRST,
  /** The key behind the word {@code STORE} or {@code STOREDIST} is made from all others. */
  STORE_WORD,
  /** {@code MOVE key database}. */
  MOVE,
  /** {@code PFCOUNT}, which only writes a cached number into a key. */
  COUNT,
  /** {@code SWAPDB}. */
  SWAP_DATABASES,
  /** {@code FLUSHDB}: of the present database. */
  FLUSH_DATABASE,
  /** Concerns every part alike and has no keys: {@code FLUSHALL}, cached scripts. */
  EVERYWHERE,
  /** Of functions, which are no part's own. */
  FUNCTION,
  /** {@code PUBLISH}: passes, except what Sentinels tell each other of the source. */
  MESSAGE,
  /** A script as it was called, whose keys nobody can be sure of. */
  SCRIPT;

  private static final Map<String, CommandForm> BY_NAME =
      Map.ofEntries(
          Map.entry("del", KEYS),
          Map.entry("unlink", KEYS),
          Map.entry("mset", PAIRS),
          Map.entry("msetnx", PAIRS),
          Map.entry("msetex", COUNTED_PAIRS),
          Map.entry("smove", MOVE_MEMBER),
          Map.entry("rename", RENAME),
          Map.entry("renamenx", RENAME),
          Map.entry("copy", COPY),
          Map.entry("lmove", MOVE_ELEMENT),
          Map.entry("blmove", MOVE_ELEMENT),
          Map.entry("rpoplpush", MOVE_ELEMENT),
          Map.entry("brpoplpush", MOVE_ELEMENT),
          Map.entry("bitop", STORE_FIRST),
          Map.entry("pfmerge", STORE_FIRST),
          Map.entry("sdiffstore", STORE_FIRST),
          Map.entry("sinterstore", STORE_FIRST),
          Map.entry("sunionstore", STORE_FIRST),
          Map.entry("zdiffstore", STORE_FIRST),
          Map.entry("zinterstore", STORE_FIRST),
          Map.entry("zunionstore", STORE_FIRST),
          Map.entry("zrangestore", STORE_FIRST),
          Map.entry("geosearchstore", STORE_FIRST),
          Map.entry("sort", STORE_WORD),
          Map.entry("georadius", STORE_WORD),
          Map.entry("georadiusbymember", STORE_WORD),
          Map.entry("move", MOVE),
          Map.entry("pfcount", COUNT),
          Map.entry("swapdb", SWAP_DATABASES),
          Map.entry("flushdb", FLUSH_DATABASE),
          Map.entry("flushall", EVERYWHERE),
          Map.entry("function|load", FUNCTION),
          Map.entry("function|delete", FUNCTION),
          Map.entry("function|flush", FUNCTION),
          Map.entry("function|restore", FUNCTION),
          Map.entry("script|load", EVERYWHERE),
          Map.entry("script|flush", EVERYWHERE),
          Map.entry("publish", MESSAGE),
          Map.entry("spublish", MESSAGE),
          Map.entry("eval", SCRIPT),
          Map.entry("evalsha", SCRIPT),
          Map.entry("fcall", SCRIPT));

  private static final List<CommandForm> BY_ID = byId();

  /** The form of a command; one that is not in the standard table has no form of its own. */
  static CommandForm of(Command command) {
    return command.id() < BY_ID.size() ? BY_ID.get(command.id()) : TOGETHER;
  }

  private static List<CommandForm> byId() {
    CommandTable table = CommandTable.standard();
    List<CommandForm> forms = new ArrayList<>(Collections.nCopies(table.size(), TOGETHER));
    BY_NAME.forEach(
        (name, form) -> {
          Command command = table.named(name);
          if (command.isUnknown()) {
            throw new IllegalStateException("the command table has no '" + name + "'");
          }
          forms.set(command.id(), form);
        });
    return forms;
  }
}
