/**
 * Runs the servers' own test suite directly and through the proxy, and compares test by test.
 *
 * <p>What enters: a checkout of Redis or Valkey, a server of the same version, the file of known
 * differences. What leaves: a table on standard output and an exit code. Everything runs on the
 * main thread; the suite, the server and the proxy are child processes. What fails ends the program
 * with one line on standard error.
 */
@NullMarked
package io.understudy.bench.conformance;

import org.jspecify.annotations.NullMarked;
