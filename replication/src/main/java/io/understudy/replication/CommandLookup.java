package io.understudy.replication;

import io.understudy.replication.source.CommandAnswer;
import io.understudy.replication.source.CommandLink;
import io.understudy.replication.source.LinkLoss;
import io.understudy.replication.source.SourceOptions;
import io.understudy.replication.stage.StreamCommand;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.frame.Frame;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the source about commands that the standard table does not have: a module's, a renamed or a
 * newer one. The stream is held meanwhile. The source's event loop.
 */
final class CommandLookup {
  private static final Logger LOG = LoggerFactory.getLogger(CommandLookup.class);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** A source with more strange commands than this sends rubbish. */
  private static final int MAX_LEARNED = 1024;

  /** What a lookup needs from the one who follows the stream. */
  interface Driver {
    /** Connects a link that asks. */
    void connect(CommandLink link);

    /** The answer is there: the stream may go on. */
    void onLearned();
  }

  private final String source;
  private final Driver driver;
  private final Map<String, CommandAnswer> learned = new HashMap<>();
  private String asked = "";
  private @Nullable CommandLink link;
  private long triedNanos;
  private Optional<String> trouble = Optional.empty();

  CommandLookup(String source, Driver driver) {
    this.source = source;
    this.driver = driver;
  }

  /** Whether a command must be looked up before anybody can rule on it. */
  static boolean isStrange(Command command) {
    return command.isUnknown() || command.container();
  }

  /**
   * What the source says of a strange command.
   *
   * @return {@link Command#UNKNOWN} if it does not tell; null if it must be {@link #ask asked}
   *     first
   */
  @Nullable Command known(StreamCommand command) {
    CommandAnswer answer = learned.get(command.name());
    if (answer == null) {
      return learned.size() < MAX_LEARNED ? null : Command.UNKNOWN;
    }
    return answer.with(command.second());
  }

  /** Whether an answer is awaited. */
  boolean isAsking() {
    return !asked.isEmpty();
  }

  /** Why the answer is not there yet; empty while all is well. */
  Optional<String> trouble() {
    return isAsking() ? trouble : Optional.empty();
  }

  /** Asks about a command; again and again until there is an answer. */
  void ask(StreamCommand command, SourceOptions options, long nowNanos) {
    if (!asked.equals(command.name())) {
      asked = command.name();
      open(options, nowNanos);
    }
  }

  private void open(SourceOptions options, long nowNanos) {
    close();
    triedNanos = nowNanos;
    CommandLink opened = new CommandLink(options, asked, this::onAnswer, this::onLost);
    link = opened;
    driver.connect(opened);
  }

  private void onAnswer(Frame frame) {
    link = null;
    CommandAnswer told = CommandAnswer.read(frame, CommandTable.standard().size() + learned.size());
    LOG.info(
        "{}: the source {} of its command {}",
        source,
        told.own().isUnknown() ? "does not tell" : "tells where the keys are",
        asked.toUpperCase(Locale.ROOT));
    trouble = Optional.empty();
    learned.put(asked, told);
    asked = "";
    driver.onLearned();
  }

  private void onLost(LinkLoss loss) {
    link = null;
    LOG.warn("{}: {}; the stream waits for that", source, loss.reason());
    trouble = Optional.of(loss.reason() + "; the stream waits to learn of " + asked);
  }

  /** Asks again after a loss. */
  void tick(long nowNanos, SourceOptions options) {
    if (isAsking() && link == null && nowNanos - triedNanos >= RETRY_NANOS) {
      open(options, nowNanos);
    }
  }

  /** Forgets what was learned: the source may be another one now. */
  void clear() {
    learned.clear();
    asked = "";
    close();
  }

  void close() {
    CommandLink open = link;
    link = null;
    if (open != null) {
      open.close();
    }
  }
}
