package io.understudy.bench.measure;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processor time that every thread of one process has used since it started.
 *
 * <p>Per-thread times come from {@code /proc/PID/task/TID/schedstat}, in nanoseconds; the total of
 * {@code /proc/PID/stat}, in ticks of 10 ms, is kept because it also counts threads that ended.
 *
 * @param threads by thread id
 * @param processTicks user and system time of the whole process, in ticks
 */
public record CpuSample(Map<Long, ThreadCpu> threads, long processTicks) {
  /** How long one tick of {@code /proc/PID/stat} is (USER_HZ is 100 on every Linux port). */
  static final long TICK_NANOS = 10_000_000;

  /** How the virtual machine names the threads that compile, collect and housekeep (15 letters). */
  private static final List<String> RUNTIME_NAMES =
      List.of(
          "C1 Compiler",
          "C2 Compiler",
          "GC Thread",
          "G1 ",
          "VM Thread",
          "VM Periodic",
          "Sweeper",
          "Service Thread",
          "Monitor Deflat",
          "Signal Dispatch",
          "Common-Cleaner",
          "Finalizer",
          "Reference Handl",
          "Notification T",
          "Attach Listener",
          "JFR ");

  /**
   * What one thread has used.
   *
   * @param name the kernel's name of it, at most 15 letters
   */
  public record ThreadCpu(String name, long nanos) {
    /** Whether it belongs to the virtual machine (compiler, collector) and not to the program. */
    public boolean isRuntime() {
      return RUNTIME_NAMES.stream().anyMatch(name::startsWith);
    }
  }

  /**
   * What a process used between two samples.
   *
   * @param workNanos threads of the program itself: event loops and the rest
   * @param runtimeNanos threads of the virtual machine; 0 for other programs
   */
  public record Use(long workNanos, long runtimeNanos) {
    public long totalNanos() {
      return workNanos + runtimeNanos;
    }
  }

  public CpuSample {
    threads = Map.copyOf(threads);
  }

  /**
   * Reads the times of a running process.
   *
   * @throws IOException when there is no such process
   */
  public static CpuSample of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    Map<Long, ThreadCpu> threads = new HashMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        readThread(task)
            .ifPresent(t -> threads.put(Long.valueOf(task.getFileName().toString()), t));
      }
    }
    return new CpuSample(threads, parseStatTicks(Files.readString(process.resolve("stat"))));
  }

  /** Empty when the thread ended while it was read; the process's ticks still count it. */
  private static Optional<ThreadCpu> readThread(Path task) throws IOException {
    try {
      String name = Files.readString(task.resolve("comm")).strip();
      return Optional.of(
          new ThreadCpu(name, parseSchedstat(Files.readString(task.resolve("schedstat")))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** The time on a processor: the first of the three numbers of a schedstat file. */
  static long parseSchedstat(String text) {
    return Long.parseLong(text.substring(0, text.indexOf(' ')));
  }

  /** User plus system time: fields 14 and 15 of a stat file, whose second may hold spaces. */
  static long parseStatTicks(String text) {
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /**
   * What was used from {@code earlier} to this sample.
   *
   * <p>A thread that ended in between took its own count with it; then the process's ticks say how
   * much is missing, and it is counted to the runtime, because only the virtual machine ends
   * threads in the middle of a run.
   */
  public Use since(CpuSample earlier) {
    long work = 0;
    long runtime = 0;
    for (Map.Entry<Long, ThreadCpu> entry : threads.entrySet()) {
      ThreadCpu now = entry.getValue();
      ThreadCpu then = earlier.threads.get(entry.getKey());
      long used = now.nanos - (then == null ? 0 : then.nanos);
      if (now.isRuntime()) {
        runtime += used;
      } else {
        work += used;
      }
    }
    if (!threads.keySet().containsAll(earlier.threads.keySet())) {
      long byTicks = (processTicks - earlier.processTicks) * TICK_NANOS;
      runtime += Math.max(0, byTicks - work - runtime);
    }
    return new Use(work, runtime);
  }
}
