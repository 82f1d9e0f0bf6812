package io.understudy.proxy.session;

import java.util.List;
import java.util.Locale;

/** CLIENT REPLY of one session: which of its replies are not passed on. */
final class Muting {
  private final Output output;
  private boolean skipNext;
  private boolean off;

  Muting(Output output) {
    this.output = output;
  }

  /**
   * Follows CLIENT REPLY, and answers it if it is to be answered.
   *
   * @param queueing whether MULTI holds
   */
  void answer(List<String> arguments, boolean queueing) {
    if (queueing) {
      // Servers queue it, and then leave elements out of EXEC's array: nobody can count them.
      output.add(Answers.error("CLIENT REPLY is not allowed inside MULTI"));
      return;
    }
    String mode = arguments.size() == 3 ? arguments.get(2).toUpperCase(Locale.ROOT) : "";
    switch (mode) {
      case "ON" -> {
        reset();
        output.add(Answers.OK);
      }
      case "OFF" -> {
        off = true;
        output.mute(true);
      }
      case "SKIP" -> skipNext = !off;
      default ->
          output.add(
              arguments.size() == 3
                  ? Answers.error("syntax error")
                  : Answers.error("wrong number of arguments for 'client|reply' command"));
    }
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
