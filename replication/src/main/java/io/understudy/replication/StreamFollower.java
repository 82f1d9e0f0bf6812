package io.understudy.replication;

import io.netty.buffer.ByteBuf;
import io.understudy.replication.source.CommandReader;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.replication.stage.StreamStage;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes the source's stream apart, once, for all feeds: which database is selected, what is a
 * transaction, what is talk between servers. The source's event loop.
 */
final class StreamFollower {
  private static final int NONE_SELECTED = 0;

  /** What feeds ask of their driver. */
  interface Wishes {
    /** Does what a feed's stage asked for; see {@link StreamStage.Outcome}. */
    void onOutcome(Feed feed, StreamStage.Outcome outcome);

    /** A command is strange, and held with all that follows until it is known. */
    void onStrange(StreamCommand command);

    /** Something changed behind the source's offset, outside of a transaction. */
    void onAdvance(long sourceOffset);
  }

  private final List<Feed> feeds;
  private final Wishes wishes;
  private final CommandLookup lookup;
  private final int maxCommandBytes;
  private CommandReader reader;

  /** A command that is not known yet. */
  private @Nullable StreamCommand held;

  private boolean inTransaction;
  private boolean halted;
  private boolean acknowledgementWanted;
  private int database = NONE_SELECTED;
  private int safeDatabase = NONE_SELECTED;
  private long offset;

  StreamFollower(List<Feed> feeds, Wishes wishes, CommandLookup lookup, int maxCommandBytes) {
    this.lookup = lookup;
    this.feeds = feeds;
    this.wishes = wishes;
    this.maxCommandBytes = maxCommandBytes;
    this.reader = new CommandReader(0, maxCommandBytes);
  }

  /** Begins behind an offset, at which a database was selected. */
  void restart(long sourceOffset, int selected) {
    reader = new CommandReader(sourceOffset, maxCommandBytes);
    held = null;
    offset = sourceOffset;
    database = selected;
    safeDatabase = selected;
    inTransaction = false;
    halted = false;
    acknowledgementWanted = false;
  }

  /** A feed is new: what is left of the transaction that is open, if one is, is its first. */
  void joined(Feed feed) {
    if (inTransaction) {
      feed.stage().begin();
    }
  }

  /** The link broke: what is not whole will come again. */
  void interrupt() {
    feeds.forEach(feed -> feed.stage().abort());
    restart(offset, safeDatabase);
  }

  /** How far the stream was followed: behind a whole command, outside of a transaction. */
  long offset() {
    return offset;
  }

  /** The database that is selected at {@link #offset()}. */
  int database() {
    return safeDatabase;
  }

  /** Stops before the next command, or goes on; {@link #run} must then be called. */
  void halt(boolean halt) {
    halted = halt;
  }

  /** Whether the source asked since the last call what we have. */
  boolean takeAcknowledgementWanted() {
    boolean wanted = acknowledgementWanted;
    acknowledgementWanted = false;
    return wanted;
  }

  /** Adds what came. */
  void add(ByteBuf bytes) {
    reader.add(bytes);
  }

  /**
   * Follows what came.
   *
   * @return why the stream cannot be followed any further; null while it can
   */
  @Nullable String run() {
    CommandReader reading = reader;
    while (!halted && reading == reader) {
      StreamCommand command = held != null ? held : reading.next();
      held = null;
      if (command != null && CommandLookup.isStrange(command.command())) {
        command = looked(command);
      }
      if (command == null) {
        break;
      }
      take(command);
      if (!inTransaction && reading == reader) {
        offset = reading.offset();
        safeDatabase = database;
        for (Feed feed : feeds) {
          feed.advance(offset);
        }
        wishes.onAdvance(offset);
      }
    }
    for (Feed feed : feeds) {
      feed.flush(offset);
    }
    return reader.error();
  }

  /** A strange command as the source tells of it; null while it is asked. */
  private @Nullable StreamCommand looked(StreamCommand command) {
    Command known = lookup.known(command);
    if (known == null) {
      held = command;
      wishes.onStrange(command);
      return null;
    }
    return known.isUnknown() ? command : command.as(known);
  }

  private void take(StreamCommand command) {
    switch (Kind.of(command.command())) {
      case TALK -> {
        boolean asks =
            command.arguments().count() > 1
                && command.text(1).toUpperCase(Locale.ROOT).equals("GETACK");
        if (asks) {
          acknowledgementWanted = true;
          feeds.forEach(feed -> feed.server().askForAcknowledgements());
        }
      }
      case SELECT -> database = Integer.parseInt(command.text(1));
      case MULTI -> {
        inTransaction = true;
        feeds.forEach(feed -> feed.stage().begin());
      }
      case EXEC -> {
        inTransaction = false;
        for (Feed feed : feeds) {
          wish(feed, feed.stage().commit());
        }
      }
      case DATA -> {
        for (Feed feed : feeds) {
          wish(feed, feed.accept(command, database));
        }
      }
    }
  }

  private void wish(Feed feed, StreamStage.Outcome outcome) {
    if (!(outcome instanceof StreamStage.Outcome.Done) && !feed.isStopped()) {
      wishes.onOutcome(feed, outcome);
    }
  }

  /** What a command is to a replica. */
  private enum Kind {
    DATA,
    TALK,
    SELECT,
    MULTI,
    EXEC;

    private static final int PING_ID = id("ping");
    private static final int REPLCONF_ID = id("replconf");
    private static final int SELECT_ID = id("select");
    private static final int MULTI_ID = id("multi");
    private static final int EXEC_ID = id("exec");

    private static int id(String name) {
      return CommandTable.standard().named(name).id();
    }

    static Kind of(Command command) {
      int id = command.id();
      if (id == SELECT_ID) {
        return SELECT;
      }
      if (id == MULTI_ID) {
        return MULTI;
      }
      if (id == EXEC_ID) {
        return EXEC;
      }
      return id == PING_ID || id == REPLCONF_ID ? TALK : DATA;
    }
  }
}
