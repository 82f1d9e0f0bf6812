package io.understudy.app.wiring.systemd;

import java.util.List;
import java.util.stream.Collectors;

/** One thing that systemd is told, as {@code sd_notify(3)} words it. */
sealed interface Notice {
  /** The longest status, in characters; what is beyond is left out. */
  int MOST_STATUS = 200;

  /** It serves, or a reload is over. */
  record Ready() implements Notice {}

  /** What {@code systemctl status} shows. */
  record Status(String text) implements Notice {}

  /**
   * The configuration is read again.
   *
   * @param monotonicMicros when that began, on the kernel's monotonic clock
   */
  record Reloading(long monotonicMicros) implements Notice {}

  /** It ends. */
  record Stopping() implements Notice {}

  /** The process that is the service from now on. */
  record MainProcess(long process) implements Notice {}

  /** Its event loops turn. */
  record Alive() implements Notice {}

  /** The datagram that says all of them. */
  static String text(List<Notice> notices) {
    return notices.stream().map(Notice::line).collect(Collectors.joining("\n"));
  }

  private static String line(Notice notice) {
    return switch (notice) {
      case Ready() -> "READY=1";
      case Status(String text) -> "STATUS=" + oneLine(text);
      case Reloading(long micros) -> "RELOADING=1\nMONOTONIC_USEC=" + micros;
      case Stopping() -> "STOPPING=1";
      case MainProcess(long process) -> "MAINPID=" + process;
      case Alive() -> "WATCHDOG=1";
    };
  }

  private static String oneLine(String text) {
    String line = text.replace('\n', ' ');
    return line.length() <= MOST_STATUS ? line : line.substring(0, MOST_STATUS - 1) + "…";
  }
}
