/**
 * The measuring programs that the commands in {@code bench/} start; never shipped.
 *
 * <p>What enters: command-line options. What leaves: tables on standard output, and an exit code
 * that says whether a figure was reached. Everything runs on the main thread unless a class says
 * otherwise; what fails ends the program with one line on standard error.
 */
@NullMarked
package io.understudy.bench;

import org.jspecify.annotations.NullMarked;
