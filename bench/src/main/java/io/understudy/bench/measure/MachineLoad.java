package io.understudy.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How busy the machine's processors have been since it started, all processes together.
 *
 * @param busyTicks user, nice, system, interrupt and steal time of all processors, in ticks of 10
 *     ms
 * @param endedChildrenTicks what this program's own children used that have ended, in the same
 *     ticks
 */
public record MachineLoad(long busyTicks, long endedChildrenTicks) {
  private static final int IDLE = 4;
  private static final int IO_WAIT = 5;
  private static final int STEAL = 8;

  /** Reads {@code /proc/stat}. */
  public static MachineLoad read() throws IOException {
    return new MachineLoad(
        parseBusyTicks(Files.readString(Path.of("/proc/stat"))),
        parseChildrenTicks(Files.readString(Path.of("/proc/self/stat"))));
  }

  /** Reads the first line of a stat text: {@code cpu user nice system idle iowait irq ...}. */
  static long parseBusyTicks(String text) {
    String[] fields = text.lines().findFirst().orElseThrow().split(" +", -1);
    long busy = 0;
    for (int i = 1; i <= STEAL && i < fields.length; i++) {
      if (i != IDLE && i != IO_WAIT) {
        busy += Long.parseLong(fields[i]);
      }
    }
    return busy;
  }

  /** User plus system time of ended children: fields 16 and 17 of a process's stat file. */
  static long parseChildrenTicks(String text) {
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
  }

  /**
   * Processor time used since {@code earlier} by all processes but the children of this one that
   * ended since, in nanoseconds.
   */
  public long nanosSince(MachineLoad earlier) {
    long children = endedChildrenTicks - earlier.endedChildrenTicks;
    return (busyTicks - earlier.busyTicks - children) * CpuSample.TICK_NANOS;
  }

  /** The load average of the last minute. */
  public static double average() throws IOException {
    String text = Files.readString(Path.of("/proc/loadavg"));
    return Double.parseDouble(text.substring(0, text.indexOf(' ')));
  }
}
