package io.understudy.app;

import io.understudy.app.cli.UnderstudyCommand;

/** The program's entry. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(UnderstudyCommand.execute(arguments));
  }
}
