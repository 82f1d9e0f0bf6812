/**
 * Minutes of everything at once: pipelined writes, transactions, messages and blocking pops through
 * the program, while primaries are killed.
 *
 * <p>What enters: command-line options. What leaves: progress, a table and verdicts on standard
 * output. Each client has a thread of its own; the main thread kills and looks on. What fails ends
 * the program with one line.
 */
@NullMarked
package io.understudy.bench.soak;

import org.jspecify.annotations.NullMarked;
