import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs google-java-format, which must be on the class path, over every Java source below the given
 * folders.
 *
 * <p>{@code java build/Format.java check DIR...} exits 1 and names the files that differ; {@code
 * apply} rewrites them. It is started from source on the build's own JDK because the formatter must
 * understand the language level of the sources, which the JVM that runs Maven may not.
 */
public final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean check = args[0].equals("check");
    List<String> arguments =
        new ArrayList<>(
            check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    int options = arguments.size();
    for (String folder : Arrays.asList(args).subList(1, args.length)) {
      try (var paths = Files.walk(Path.of(folder))) {
        paths
            .map(Path::toString)
            .filter(p -> p.endsWith(".java") && !p.contains("/target/") && !p.contains("/."))
            .sorted()
            .forEach(arguments::add);
      }
    }
    if (arguments.size() == options) {
      return;
    }
    var out = new PrintWriter(System.out, true);
    var err = new PrintWriter(System.err, true);
    int exit =
        new com.google.googlejavaformat.java.Main(out, err, System.in)
            .format(arguments.toArray(String[]::new));
    if (exit != 0) {
      System.err.println("These files are not formatted. Run ./format and commit again.");
      System.exit(exit);
    }
  }
}
