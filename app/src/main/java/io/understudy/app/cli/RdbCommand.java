package io.understudy.app.cli;

import io.understudy.app.rdb.JsonLines;
import io.understudy.app.rdb.KeyLines;
import io.understudy.app.rdb.RdbFile;
import io.understudy.app.rdb.Survey;
import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbException;
import io.understudy.replication.rdb.RdbHandler;
import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what an RDB file holds. */
@Command(
    name = "rdb",
    description =
        "What an RDB file holds: how many keys of which type in which database, and the biggest."
            + " Reads every version of Redis and Valkey, and checks the file on the way.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the file is complete and its checksum right",
      "1:it is damaged, too short or of an unknown kind; the place is named",
      "2:wrong arguments, or the file cannot be read"
    })
final class RdbCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int OUTPUT_BYTES = 256 * 1024;
  private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double BYTES_PER_MEGABYTE = 1e6;

  @Parameters(paramLabel = "FILE", description = "The file; - for standard input.")
  private String file = "";

  /** What to write instead of counts. */
  static final class Form {
    @Option(
        names = "--list",
        description =
            "One line for each key: database, type, encoding, bytes in the file, expiry, key.")
    private boolean list;

    @Option(names = "--json", description = "One line of JSON for each key, with its value.")
    private boolean json;
  }

  @ArgGroup(exclusive = true)
  private Form form = new Form();

  @Option(names = "--database", paramLabel = "N", description = "Only the keys of this database.")
  private @Nullable Integer database;

  @Option(
      names = "--biggest",
      paramLabel = "N",
      description = "How many of the biggest keys to name. Default: ${DEFAULT-VALUE}.")
  private int biggest = 10;

  @Option(
      names = "--max-value",
      paramLabel = "BYTES",
      description = "With --json: leave larger values out. Default: ${DEFAULT-VALUE}.")
  private int maxValueBytes = 64 << 20;

  @Option(
      names = "--progress",
      negatable = true,
      description = "Say on standard error how far it is. Default: when that is a terminal.")
  private @Nullable Boolean progress;

  @Spec private CommandSpec spec = CommandSpec.create();

  RdbCommand() {}

  @Override
  public Integer call() {
    if (biggest < 0 || maxValueBytes <= 0) {
      throw new CommandException(
          ExitCode.USAGE, "understudy rdb: --biggest and --max-value are positive numbers");
    }
    Integer only = database;
    Predicate<RdbEntry> choice = only == null ? _ -> true : entry -> entry.database() == only;
    try (InputStream in = open();
        OutputStream out =
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BYTES)) {
      if (form.json) {
        read(in, new JsonLines(choice, maxValueBytes, out));
      } else if (form.list) {
        read(in, new KeyLines(choice, line -> print(out, line)));
      } else {
        var survey = new Survey(choice, biggest);
        read(in, survey);
        survey.lines().forEach(line -> print(out, line));
      }
    } catch (RdbException | JsonLines.DamagedValueException | RdbFile.TrailingBytesException e) {
      throw new CommandException(
          ExitCode.FAILED, "understudy rdb: " + file + ": " + e.getMessage(), e);
    } catch (IOException | UncheckedIOException e) {
      throw new CommandException(
          ExitCode.USAGE, "understudy rdb: " + file + ": " + e.getMessage(), e);
    }
    return ExitCode.OK;
  }

  private InputStream open() throws IOException {
    if (file.equals(STANDARD_INPUT)) {
      return System.in;
    }
    Path path = Path.of(file);
    if (Files.isDirectory(path)) {
      throw new IOException("this is a directory; give the file in it, such as dump.rdb");
    }
    try {
      return Files.newInputStream(path);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no such file", e);
    }
  }

  private void read(InputStream in, RdbHandler handler) throws IOException {
    Boolean wanted = progress;
    boolean shown = wanted == null ? isTerminal(System.console()) : wanted;
    if (!shown) {
      RdbFile.read(in, handler, _ -> {});
      return;
    }
    PrintWriter err = spec.commandLine().getErr();
    var line = new ProgressLine(file.equals(STANDARD_INPUT) ? 0 : Files.size(Path.of(file)), err);
    long bytes;
    try {
      bytes = RdbFile.read(in, handler, line);
    } finally {
      line.clear();
    }
    err.println(line.text(bytes));
    err.flush();
  }

  private static boolean isTerminal(@Nullable Console console) {
    return console != null && console.isTerminal();
  }

  private static void print(OutputStream out, String line) {
    try {
      out.write(line.getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How far the reading is, drawn once a second over itself. */
  private static final class ProgressLine implements LongConsumer {
    private final long wholeBytes;
    private final PrintWriter err;
    private final long begunNanos = System.nanoTime();
    private long drawnNanos = begunNanos;
    private int drawnLength;

    ProgressLine(long wholeBytes, PrintWriter err) {
      this.wholeBytes = wholeBytes;
      this.err = err;
    }

    @Override
    public void accept(long bytes) {
      long now = System.nanoTime();
      if (now - drawnNanos >= PROGRESS_NANOS) {
        drawnNanos = now;
        String text = text(bytes);
        clear();
        drawnLength = text.length();
        err.print(text);
        err.flush();
      }
    }

    void clear() {
      err.print("\r" + " ".repeat(drawnLength) + "\r");
      drawnLength = 0;
    }

    String text(long bytes) {
      double seconds = (System.nanoTime() - begunNanos) / 1e9;
      String share =
          wholeBytes > 0 ? String.format(Locale.ROOT, " (%d %%)", 100 * bytes / wholeBytes) : "";
      return String.format(
          Locale.ROOT,
          "%.1f MB read%s, %.0f MB/s",
          bytes / BYTES_PER_MEGABYTE,
          share,
          bytes / BYTES_PER_MEGABYTE / Math.max(seconds, 1e-3));
    }
  }
}
