package io.understudy.bench.rdb;

import com.moilioncircle.redis.replicator.Configuration;
import com.moilioncircle.redis.replicator.FileType;
import com.moilioncircle.redis.replicator.RedisReplicator;
import com.moilioncircle.redis.replicator.rdb.dump.DumpRdbVisitor;
import com.moilioncircle.redis.replicator.rdb.skip.SkipRdbVisitor;
import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.MachineLoad;
import io.understudy.bench.measure.Median;
import io.understudy.bench.measure.RedisProcess;
import io.understudy.bench.measure.Resp;
import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbHandler;
import io.understudy.replication.rdb.RdbLimits;
import io.understudy.replication.rdb.RdbReader;
import io.understudy.replication.rdb.RdbRecord;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.Take;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.Policies;
import io.understudy.replication.stage.Rename;
import io.understudy.replication.stage.Selection;
import io.understudy.replication.stage.SnapshotPart;
import io.understudy.replication.stage.SnapshotStage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Walks one file with each reader in turn, several times, and prints the medians. */
@Command(
    name = "bench/rdb",
    description =
        "Walks an RDB file with our reader and with redis-replicator, in turn, on one thread. Ours"
            + " verifies the checksum, the other does not.",
    mixinStandardHelpOptions = true)
public final class WalkComparison implements Callable<Integer> {
  private static final int PIECE_BYTES = 256 * 1024;
  private static final int ERROR_REPLY = '-';
  private static final double BYTES_PER_MEGABYTE = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private static final String OURS = "ours, keys and values as bytes";
  private static final String THEIRS = "redis-replicator, values decoded";

  /** How many times as fast as the other ours is to be. */
  private static final double WANTED_RATIO = 5;

  /** What ours is to reach with values of 200 bytes. */
  private static final double WANTED_MEGABYTES_PER_SECOND = 500;

  private static final int MISSED = 1;

  private static final String FILL_STRINGS =
      "for i = 1, ARGV[1] do redis.call('SET', 'key:' .. i,"
          + " string.rep(string.char(33 + i % 90), ARGV[2])) end";

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The file. Without one, a redis-server on the path is made to write it.")
  private Path given = Path.of("");

  @Option(names = "--keys", description = "Keys of the file that is made: ${DEFAULT-VALUE}.")
  private int keys = 1_000_000;

  @Option(names = "--value-bytes", description = "Bytes of each value: ${DEFAULT-VALUE}.")
  private int valueBytes = 200;

  @Option(
      names = "--shape",
      description = "What the file that is made holds: ${COMPLETION-CANDIDATES}. Default: each.")
  private List<Shape> shapes = List.of(Shape.values());

  @Option(names = "--rounds", description = "Measured rounds: ${DEFAULT-VALUE}.")
  private int rounds = 5;

  @Option(names = "--warm-up", description = "Rounds before them: ${DEFAULT-VALUE}.")
  private int warmUpRounds = 2;

  private WalkComparison() {}

  /** Runs the comparison. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new WalkComparison()).execute(arguments));
  }

  /** One way to walk a file; returns how many keys it saw. */
  private interface Walk {
    long over(Path file) throws IOException;
  }

  /** What one walk cost. */
  private record Cost(double seconds, double cpuSeconds, long entries) {}

  /** What the keys of a file hold. */
  private enum Shape {
    /** Strings that are not compressed: what random values are. */
    STRINGS("no", FILL_STRINGS),
    /** Strings that the server compresses to a few bytes. */
    COMPRESSIBLE("yes", FILL_STRINGS),
    /** Hashes, sorted sets, lists, sets and streams of twenty small parts; a twentieth as many. */
    COLLECTIONS(
        "no",
        """
        for i = 1, ARGV[1] / 100 do
          for j = 1, 20 do
            redis.call('HSET', 'hash:' .. i, 'field:' .. j, 'value ' .. i .. ' ' .. j)
            redis.call('ZADD', 'zset:' .. i, j * 1.5, 'member ' .. i .. ' ' .. j)
            redis.call('RPUSH', 'list:' .. i, 'item ' .. i .. ' ' .. j)
            redis.call('SADD', 'set:' .. i, 'member ' .. i .. ' ' .. j)
            redis.call('XADD', 'stream:' .. i, j .. '-1', 'field', 'value ' .. i .. ' ' .. j)
          end
        end\
        """);

    private final String compression;
    private final String script;

    Shape(String compression, String script) {
      this.compression = compression;
      this.script = script;
    }
  }

  @Override
  public Integer call() throws IOException {
    if (!given.toString().isEmpty()) {
      return compare("", given) ? 0 : MISSED;
    }
    boolean reached = true;
    for (Shape shape : shapes) {
      try (Children children = Children.inTemporaryDirectory()) {
        String what = shape.name().toLowerCase(Locale.ROOT) + ", ";
        reached &= compare(what, make(children, shape));
      }
    }
    return reached ? 0 : MISSED;
  }

  /** Returns whether the figures are reached. */
  private boolean compare(String what, Path file) throws IOException {
    double megabytes = Files.size(file) / BYTES_PER_MEGABYTE;
    System.out.printf(
        Locale.ROOT,
        "%s%s: %.0f MB; %d rounds after %d; load of the machine at the start %.1f%n",
        what,
        file.getFileName(),
        megabytes,
        rounds,
        warmUpRounds,
        MachineLoad.average());
    Map<String, List<Cost>> costs = measure(file);
    print(costs, megabytes);
    double ours = Median.of(costs.getOrDefault(OURS, List.of()), Cost::cpuSeconds);
    double theirs = Median.of(costs.getOrDefault(THEIRS, List.of()), Cost::cpuSeconds);
    boolean fast = theirs / ours >= WANTED_RATIO;
    System.out.printf(
        Locale.ROOT,
        "%.1f times redis-replicator, %.0f wanted: %s%n",
        theirs / ours,
        WANTED_RATIO,
        fast ? "reached" : "missed");
    if (!what.startsWith("strings")) {
      return fast;
    }
    boolean wide = megabytes / ours >= WANTED_MEGABYTES_PER_SECOND;
    System.out.printf(
        Locale.ROOT,
        "%.0f MB/s of CPU time, %.0f wanted: %s%n",
        megabytes / ours,
        WANTED_MEGABYTES_PER_SECOND,
        wide ? "reached" : "missed");
    return fast && wide;
  }

  private Path make(Children children, Shape shape) throws IOException {
    RedisProcess redis = RedisProcess.start(children);
    Path file = children.directory().resolve("redis-" + redis.port()).resolve("dump.rdb");
    try (var connection = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
      call(connection, "CONFIG", "SET", "rdbcompression", shape.compression);
      call(
          connection,
          "EVAL",
          shape.script,
          "0",
          Integer.toString(keys),
          Integer.toString(valueBytes));
      call(connection, "SAVE");
    }
    return file;
  }

  /** Sends a command whose reply is one line, and waits for it. */
  private static void call(Socket connection, String... words) throws IOException {
    connection.getOutputStream().write(Resp.request(words));
    InputStream in = connection.getInputStream();
    int first = in.read();
    for (int next = first; next != '\n'; next = in.read()) {
      if (next < 0 || first == ERROR_REPLY) {
        throw new IOException("redis-server refused " + words[0]);
      }
    }
  }

  private Map<String, List<Cost>> measure(Path file) throws IOException {
    Map<String, Walk> walks = new LinkedHashMap<>();
    walks.put("ours, keys", path -> ours(path, Take.NOTHING));
    walks.put(OURS, path -> ours(path, Take.WHOLE));
    walks.put("ours, written again", WalkComparison::oursWritten);
    walks.put(THEIRS, path -> theirs(path, _ -> {}));
    walks.put(
        "redis-replicator, values as bytes",
        path -> theirs(path, r -> r.setRdbVisitor(new DumpRdbVisitor(r))));
    walks.put(
        "redis-replicator, no keys either",
        path -> theirs(path, r -> r.setRdbVisitor(new SkipRdbVisitor(r))));
    Map<String, List<Cost>> costs = new LinkedHashMap<>();
    for (int round = -warmUpRounds; round < rounds; round++) {
      for (Map.Entry<String, Walk> walk : walks.entrySet()) {
        Cost cost = cost(walk.getValue(), file);
        if (round >= 0) {
          costs.computeIfAbsent(walk.getKey(), _ -> new ArrayList<>()).add(cost);
        }
      }
    }
    return costs;
  }

  private static Cost cost(Walk walk, Path file) throws IOException {
    var threads = ManagementFactory.getThreadMXBean();
    long begun = System.nanoTime();
    long cpuBegun = threads.getCurrentThreadCpuTime();
    long entries = walk.over(file);
    long cpuNanos = threads.getCurrentThreadCpuTime() - cpuBegun;
    return new Cost(
        (System.nanoTime() - begun) / NANOS_PER_SECOND, cpuNanos / NANOS_PER_SECOND, entries);
  }

  private static void print(Map<String, List<Cost>> costs, double megabytes) {
    System.out.println("| reader | MB/s | MB/s of CPU time | ns of CPU per key | events |");
    System.out.println("|---|---:|---:|---:|---:|");
    costs.forEach(
        (name, of) -> {
          double cpu = Median.of(of, Cost::cpuSeconds);
          long entries = of.getFirst().entries();
          System.out.printf(
              Locale.ROOT,
              "| %s | %.0f | %.0f | %.0f | %d |%n",
              name,
              megabytes / Median.of(of, Cost::seconds),
              megabytes / cpu,
              cpu * NANOS_PER_SECOND / entries,
              entries);
        });
  }

  private static long ours(Path file, Take take) throws IOException {
    var counting = new Counting(take);
    read(file, counting);
    return counting.entries;
  }

  private static long oursWritten(Path file) throws IOException {
    var written = new AtomicLong();
    var part =
        new SnapshotPart(
            Selection.EVERYTHING,
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.of(RdbTarget.OLDEST),
            RdbLimits.DEFAULT.maxHeldBytes(),
            -1,
            (_, _, length) -> written.setPlain(written.getPlain() + length));
    read(file, new SnapshotStage(List.of(part)));
    return part.entries();
  }

  private static void read(Path file, RdbHandler handler) throws IOException {
    var reader = new RdbReader(handler, RdbLimits.DEFAULT);
    byte[] piece = new byte[PIECE_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      int length;
      while ((length = in.read(piece)) >= 0) {
        reader.feed(piece, 0, length);
      }
    }
    reader.end();
  }

  private static long theirs(Path file, Consumer<RedisReplicator> setting) throws IOException {
    var events = new AtomicLong();
    try (var replicator =
        new RedisReplicator(file.toFile(), FileType.RDB, Configuration.defaultSetting())) {
      setting.accept(replicator);
      replicator.addEventListener((_, _) -> events.setPlain(events.getPlain() + 1));
      replicator.open();
    }
    return events.getPlain();
  }

  /** Counts keys, and takes bytes without looking at them. */
  private static final class Counting implements RdbHandler {
    private final Take take;
    private long entries;
    private long bytes;

    Counting(Take take) {
      this.take = take;
    }

    @Override
    public void onStart(RdbVersion version) {}

    @Override
    public Take onRecord(RdbRecord record) {
      return Take.NOTHING;
    }

    @Override
    public Take onEntry(RdbEntry entry) {
      entries++;
      return take;
    }

    @Override
    public void onBytes(byte[] piece, int offset, int length) {
      bytes += length;
    }

    @Override
    public void onPartEnd() {}

    @Override
    public void onEnd() {
      if (take == Take.WHOLE && bytes == 0 && entries > 0) {
        throw new IllegalStateException("no bytes came");
      }
    }
  }
}
