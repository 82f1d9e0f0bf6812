/**
 * What the program costs apart from requests: the time to start, the memory of idle clients, and
 * the memory while values of 512 MB pass slowly.
 *
 * <p>What enters: command-line options. What leaves: tables and verdicts on standard output.
 * Measuring runs on the main thread; the clients that must be served meanwhile have threads of
 * their own. What fails ends the program with one line.
 */
@NullMarked
package io.understudy.bench.footprint;

import org.jspecify.annotations.NullMarked;
