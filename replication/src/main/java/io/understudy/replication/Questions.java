package io.understudy.replication;

import io.netty.channel.ChannelHandler;
import io.understudy.replication.source.CommandLink;
import io.understudy.replication.source.FetchedValue;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.source.ValueLink;
import io.understudy.replication.stage.KeyName;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.replication.stage.StreamStage;
import io.understudy.wire.frame.Frame;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What is asked of the source beside its stream, which is held meanwhile: values that a command
 * made of keys outside, and where commands that nobody knows have their keys. The source's event
 * loop.
 */
final class Questions implements ValueReader.Driver, CommandLookup.Driver {
  /** What questions need from the one who follows the stream. */
  interface Driver {
    /** How to reach the source now. */
    SourceOptions options();

    /** What the source is. */
    SourceServer source();

    /** The history that is followed. */
    Optional<String> history();

    /** Connects to the source. */
    void connect(ChannelHandler handler, Consumer<Throwable> onFailed);

    /** Does what a feed's stage asked for. */
    void onOutcome(Feed feed, StreamStage.Outcome outcome);

    /** Nothing is asked any more: the stream may go on. */
    void onAllAnswered();
  }

  private final Driver driver;
  private final ValueReader values;
  private final CommandLookup lookup;
  private final LongSupplier nanoTime;

  Questions(String name, Driver driver, int maxValueBytes, LongSupplier nanoTime) {
    this.driver = driver;
    this.values = new ValueReader(name, this, maxValueBytes);
    this.lookup = new CommandLookup(name, this);
    this.nanoTime = nanoTime;
  }

  /** What was learned of commands. */
  CommandLookup lookup() {
    return lookup;
  }

  /** Whether values are asked for, which must be there before the next command. */
  boolean isAskingValues() {
    return values.isAsking();
  }

  /** Asks for values of a feed. */
  void ask(Feed feed, List<KeyName> keys) {
    values.ask(feed, keys, driver.options(), driver.source());
  }

  /** Asks for a value of a feed for somebody else, who gets it at its place in the stream. */
  void ask(Feed feed, KeyName key, Consumer<Optional<FetchedValue>> answer) {
    values.ask(feed, key, answer, driver.options(), driver.source());
  }

  /** Asks the source about a command for somebody else. */
  void relay(String name, Consumer<Frame> answer) {
    connect(
        new CommandLink(
            driver.options(),
            name,
            answer,
            loss -> answer.accept(new Frame.Failure("ERR " + loss.reason()))));
  }

  /** Why something is not answered yet; empty while all is well. */
  Optional<String> trouble() {
    return values.trouble().or(lookup::trouble);
  }

  /** Asks where a command has its keys. */
  void ask(StreamCommand command) {
    lookup.ask(command, driver.options(), nanoTime.getAsLong());
  }

  void tick(long nowNanos) {
    values.tick(nowNanos, driver.options(), driver.source());
    lookup.tick(nowNanos, driver.options());
  }

  /** The stream came to an offset, outside of a transaction. */
  void onAdvance(long sourceOffset) {
    values.onAdvance(sourceOffset);
  }

  /** The link has begun anew: the source may have other commands now. */
  void onLink() {
    lookup.clear();
  }

  /** Forgets everything: a new history begins. */
  void clear() {
    values.clear();
    lookup.clear();
  }

  void close() {
    values.close();
    lookup.close();
  }

  @Override
  public void connect(ValueLink link) {
    driver.connect(link, link::connectFailed);
  }

  @Override
  public void connect(CommandLink link) {
    driver.connect(link, link::connectFailed);
  }

  @Override
  public Optional<String> history() {
    return driver.history();
  }

  @Override
  public void onOutcome(Feed feed, StreamStage.Outcome outcome) {
    driver.onOutcome(feed, outcome);
  }

  @Override
  public void onAllRead() {
    driver.onAllAnswered();
  }

  @Override
  public void onLearned() {
    if (!values.isAsking()) {
      driver.onAllAnswered();
    }
  }
}
