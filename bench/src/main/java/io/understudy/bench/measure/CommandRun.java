package io.understudy.bench.measure;

import java.util.concurrent.Callable;
import picocli.CommandLine;

/** How the commands of this module run and end. */
public final class CommandRun {
  private static final int EXIT_NOT_MEASURED = 2;

  private CommandRun() {}

  /** Runs a command; what fails is one line, and code 2 says that nothing was measured. */
  public static int execute(Callable<Integer> command, String[] arguments) {
    CommandLine line = new CommandLine(command);
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          System.err.println(failed.getCommandName() + ": " + describe(exception));
          return EXIT_NOT_MEASURED;
        });
    try {
      return line.execute(arguments);
    } catch (AssertionError e) {
      // The test kit's way to say what this machine lacks, or what a server did not do in time.
      System.err.println(line.getCommandName() + ": " + e.getMessage());
      return EXIT_NOT_MEASURED;
    }
  }

  /** The message, or the kind where there is none: the end of a stream has no words. */
  private static String describe(Exception exception) {
    String message = exception.getMessage();
    return message == null ? exception.getClass().getSimpleName() : message;
  }
}
