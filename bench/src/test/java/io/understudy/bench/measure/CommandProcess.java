package io.understudy.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A command of this module, or any other, as a process that runs to its end. */
public final class CommandProcess {
  private static final int DEADLINE_SECONDS = 300;

  private CommandProcess() {}

  /** How it ended, and all that it wrote. */
  public record Ended(int code, String said) {}

  /** Runs a command to its end. */
  public static Ended run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), said);
  }

  /** The words that run a program of this module on the classes that were just built. */
  public static List<String> words(Class<?> main, String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of(
                java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dunderstudy.root=" + System.getProperty("understudy.root", ".."),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    words.addAll(List.of(arguments));
    return words;
  }

  /** The words that run Understudy on the classes that were just built, with blanks between. */
  public static String understudy() {
    // The measurements' own logger, which writes nothing, would be found before the program's.
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("slf4j-nop"))
            .collect(Collectors.joining(File.pathSeparator));
    return String.join(
        " ",
        java(),
        "-XX:+UseSerialGC",
        "-Xmx192m",
        "-XX:MaxDirectMemorySize=1g",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath,
        "io.understudy.app.Main");
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
