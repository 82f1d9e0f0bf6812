/**
 * The commands of {@code understudy}.
 *
 * <p>What enters: arguments, standard input of a terminal. What leaves: results on standard output,
 * complaints on standard error, and an exit code of {@link io.understudy.app.cli.ExitCode}. {@code
 * status} and {@code explain} speak only HTTP to the admin port of a running program. Each command
 * runs on the main thread; what it throws becomes one line, and a stack trace only with {@code
 * --debug}.
 */
@NullMarked
package io.understudy.app.cli;

import org.jspecify.annotations.NullMarked;
