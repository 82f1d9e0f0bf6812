package io.understudy.app.demo;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal as a full screen: keys come without Enter, text is drawn over, and closing it leaves
 * everything as it was.
 *
 * <p>It uses the {@code stty} of the machine. A terminal library would bring native code and more
 * time to start for the three settings that are needed.
 */
final class Terminal implements AutoCloseable {
  private static final String ESCAPE = "\u001b";
  private static final String ENTER_SCREEN = ESCAPE + "[?1049h" + ESCAPE + "[?25l" + ESCAPE + "[2J";
  private static final String LEAVE_SCREEN = ESCAPE + "[?25h" + ESCAPE + "[?1049l";
  private static final String HOME = ESCAPE + "[H";
  private static final String CLEAR_TO_LINE_END = ESCAPE + "[K";
  private static final String CLEAR_BELOW = ESCAPE + "[J";
  private static final int DEADLINE_SECONDS = 5;

  private final PrintStream out;
  private final InputStream in;
  private final String before;
  private boolean closed;

  private Terminal(PrintStream out, InputStream in, String before) {
    this.out = out;
    this.in = in;
    this.before = before;
  }

  /** The size in characters. */
  record Size(int columns, int rows) {
    /** What every terminal has. */
    static final Size LEAST = new Size(80, 24);
  }

  /** Takes over the terminal; empty when standard input and output are none. */
  static Optional<Terminal> open(PrintStream out, InputStream in) {
    if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isEmpty()) {
      return Optional.empty();
    }
    Optional<String> before = stty("-g");
    if (before.isEmpty() || stty("-icanon", "-echo", "min", "0", "time", "0").isEmpty()) {
      return Optional.empty();
    }
    Terminal terminal = new Terminal(out, in, before.get());
    out.print(ENTER_SCREEN);
    out.flush();
    return Optional.of(terminal);
  }

  /** The size now: people resize. */
  Size size() {
    return stty("size")
        .map(text -> text.split(" ", -1))
        .filter(words -> words.length == 2)
        .map(words -> new Size(Integer.parseInt(words[1]), Integer.parseInt(words[0])))
        .filter(size -> size.columns() > 0 && size.rows() > 0)
        .orElse(Size.LEAST);
  }

  /** A key that was pressed, if one was. */
  Optional<Character> key() {
    try {
      return in.available() > 0 ? Optional.of((char) in.read()) : Optional.empty();
    } catch (IOException e) {
      return Optional.of('q');
    }
  }

  /** Draws over everything. */
  synchronized void draw(Iterable<String> lines) {
    if (closed) {
      return;
    }
    StringBuilder frame = new StringBuilder(HOME);
    boolean first = true;
    for (String line : lines) {
      frame.append(first ? "" : "\r\n").append(line).append(CLEAR_TO_LINE_END);
      first = false;
    }
    out.print(frame.append(CLEAR_BELOW));
    out.flush();
  }

  /** Restores the terminal. Harmless when it was done. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      out.print(LEAVE_SCREEN);
      out.flush();
      stty(before);
    }
  }

  /** Runs stty on the terminal that is standard input; its output, or empty when it failed. */
  private static Optional<String> stty(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = "stty";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.INHERIT).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
          ? Optional.of(text.strip())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
