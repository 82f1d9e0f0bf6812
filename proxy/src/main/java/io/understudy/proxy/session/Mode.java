package io.understudy.proxy.session;

/**
 * Where a session is on its way between a shared connection and one of its own: RUN, DRAIN, PINNED,
 * DRAIN, RUN. Nothing crosses while a reply is outstanding.
 */
sealed interface Mode {
  /** Plain commands go in runs over the shared connection. */
  record Run() implements Mode {
    /** The only one that is needed. */
    static final Run MODE = new Run();
  }

  /** A command that needs to be apart waits until everything before it is answered. */
  record Drain(Request next) implements Mode {}

  /** A command too large to be kept waits for the same; its first bytes are in the input. */
  record DrainForStream(Streamed command) implements Mode {}

  /** The one command whose reply CLIENT REPLY SKIP suppresses is to be answered. */
  record Skip() implements Mode {}

  /** The server was asked before the proxy answers a command itself. */
  record Ask() implements Mode {
    /** The only one that is needed. */
    static final Ask MODE = new Ask();
  }

  /** Everything is answered; the command waits for a connection of its own. */
  record Acquire(Request next) implements Mode {}

  /** The same for a command that is streamed. */
  record AcquireForStream(Streamed command) implements Mode {}

  /** The session's own connection was lost; what it had subscribed to is set up on another. */
  record Restore(Restoration what) implements Mode {}

  /** Commands go over a connection of its own. */
  record Pinned(PinnedLink link) implements Mode {}

  /** The connection is a replica's: bytes pass both ways as they are. */
  record Raw(PinnedLink link) implements Mode {}

  /** MULTI was answered, and the first command behind it will tell the group. */
  record Undecided() implements Mode {}

  /** Several groups answer one command. */
  record Gather(Scatter scatter) implements Mode {}

  /**
   * A transaction cannot succeed any more: its commands are not sent until EXEC or DISCARD.
   *
   * @param queued what they are answered
   * @param executed what EXEC is answered
   */
  record Broken(String queued, String executed) implements Mode {
    /** It was lost with its primary. */
    static final Broken LOST = new Broken(Answers.TRANSACTION_LOST, Answers.TRANSACTION_LOST);

    /** One of its commands was refused. */
    static final Broken ABORTED = new Broken("+QUEUED\r\n", Answers.ABORTED);
  }

  /** The rest of a streamed command is dropped: it was answered with an error. */
  record Discard() implements Mode {}

  /**
   * No more commands are taken; what is outstanding is answered, then the client is closed.
   *
   * @param lastWords the last reply, or nothing
   */
  record Ending(String lastWords) implements Mode {}

  /** Whether commands are scanned in this mode. */
  default boolean isScanning() {
    return switch (this) {
      case Run mode -> true;
      case Pinned mode -> true;
      case Discard mode -> true;
      case Broken mode -> true;
      case Undecided mode -> true;
      case Gather mode -> false;
      case Skip mode -> false;
      case Ask mode -> false;
      case Raw mode -> false;
      case Drain mode -> false;
      case DrainForStream mode -> false;
      case Acquire mode -> false;
      case AcquireForStream mode -> false;
      case Restore mode -> false;
      case Ending mode -> false;
    };
  }

  /** Whether the session waits for a connection of its own. */
  default boolean isAcquiring() {
    return this instanceof Acquire || this instanceof AcquireForStream || this instanceof Restore;
  }
}
