package io.understudy.proxy.session;

import java.util.List;

/** CLIENT REPLY of one session: which of its replies are not passed on. */
final class Muting {
  private final Output output;
  private boolean skipNext;
  private boolean off;

  Muting(Output output) {
    this.output = output;
  }

  /** Follows CLIENT REPLY, and answers it if it is to be answered. */
  void answer(List<String> arguments) {
    QueuedMuting.Mode mode = QueuedMuting.modeOf(arguments);
    if (mode == null) {
      start();
      output.add(
          arguments.size() == 3
              ? Answers.error("syntax error")
              : Answers.error("wrong number of arguments for 'client|reply' command"));
      end();
      return;
    }
    answer(mode);
  }

  /** Follows what CLIENT REPLY says, and answers it if it is to be answered. */
  void answer(QueuedMuting.Mode mode) {
    skipNext &= mode != QueuedMuting.Mode.ON;
    follow(mode);
    output.mute(off);
    if (mode == QueuedMuting.Mode.ON) {
      output.add(Answers.OK);
    }
  }

  /** Follows a CLIENT REPLY that was queued: as on a server, ON does not take a SKIP back. */
  void follow(QueuedMuting.Mode mode) {
    switch (mode) {
      case ON -> off = false;
      case OFF -> off = true;
      case SKIP -> skipNext |= !off;
    }
  }

  /** Whether no replies are passed on until that is changed. */
  boolean isOff() {
    return off;
  }

  /** Whether the next command must be alone, because its reply is not passed on. */
  boolean isSkipping() {
    return skipNext;
  }

  /** The command whose reply is not passed on is sent now. */
  void start() {
    if (skipNext) {
      skipNext = false;
      output.mute(true);
    }
  }

  /** Nothing is outstanding: replies are passed on again, unless CLIENT REPLY OFF holds. */
  void end() {
    output.mute(off);
  }

  /** All replies are passed on. */
  void reset() {
    off = false;
    skipNext = false;
    output.mute(false);
  }
}
