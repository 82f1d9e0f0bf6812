package io.understudy.bench.measure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of a virtual machine, as the kernel and the machine itself count it.
 *
 * @param heapUsedBytes objects in the heap; right after a collection, those that are reachable
 * @param nativeBytes resident pages outside the heap
 * @param residentBytes all resident pages, heap pages that were once touched among them
 */
public record ProcessMemory(long heapUsedBytes, long nativeBytes, long residentBytes) {
  private static final long KILOBYTE = 1024;

  /** {@code DefNew total 9792K, used 0K [0x.., 0x.., 0x..)}, and the like. */
  private static final Pattern HEAP_LINE =
      Pattern.compile(
          "total \\d+K, used (\\d+)K" + " \\[0x([0-9a-f]+), 0x[0-9a-f]+, 0x([0-9a-f]+)\\)");

  private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-[0-9a-f]+ .*");
  private static final Pattern RESIDENT = Pattern.compile("^Rss:\\s+(\\d+) kB$");

  /** Two collections, so that what the first one made unreachable goes, too; then the figures. */
  public static ProcessMemory afterCollection(long pid) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    jcmd(pid, "GC.run");
    return parse(
        jcmd(pid, "GC.heap_info"),
        Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps")));
  }

  /** Resident bytes of any process, which is cheap to ask. */
  public static long residentBytes(long pid) throws IOException {
    return field("VmRSS", status(pid));
  }

  /** The most that was ever resident of a process that runs, as the kernel noted it. */
  public static long peakBytes(long pid) throws IOException {
    return field("VmHWM", status(pid));
  }

  private static List<String> status(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"));
  }

  /**
   * A field of {@code /proc/PID/status} that is a number of kilobytes, in bytes.
   *
   * @throws IOException when it is not there, as for a process that has ended
   */
  static long field(String name, List<String> status) throws IOException {
    for (String line : status) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * KILOBYTE;
      }
    }
    throw new IOException("the process has ended");
  }

  /**
   * Puts together what {@code jcmd GC.heap_info} and {@code /proc/PID/smaps} say.
   *
   * @throws IOException when the heap is described in another way than the serial and the G1
   *     collector of JDK 25 do
   */
  static ProcessMemory parse(String heapInfo, List<String> smaps) throws IOException {
    long heapUsed = 0;
    long heapStart = Long.MAX_VALUE;
    long heapEnd = 0;
    Matcher heap = HEAP_LINE.matcher(heapInfo);
    while (heap.find()) {
      heapUsed += Long.parseLong(heap.group(1)) * KILOBYTE;
      heapStart = Math.min(heapStart, Long.parseUnsignedLong(heap.group(2), 16));
      heapEnd = Math.max(heapEnd, Long.parseUnsignedLong(heap.group(3), 16));
    }
    if (heapEnd == 0) {
      throw new IOException("cannot read the heap from: " + heapInfo.strip());
    }
    long resident = 0;
    long heapResident = 0;
    boolean inHeap = false;
    for (String line : smaps) {
      Matcher mapping = MAPPING.matcher(line);
      Matcher size = RESIDENT.matcher(line);
      if (mapping.matches()) {
        long start = Long.parseUnsignedLong(mapping.group(1), 16);
        inHeap = start >= heapStart && start < heapEnd;
      } else if (size.matches()) {
        long bytes = Long.parseLong(size.group(1)) * KILOBYTE;
        resident += bytes;
        heapResident += inHeap ? bytes : 0;
      }
    }
    return new ProcessMemory(heapUsed, resident - heapResident, resident);
  }

  private static String jcmd(long pid, String command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                command)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("jcmd " + pid + " " + command + ": " + output.strip());
    }
    return output;
  }
}
