/**
 * The side-by-side comparison: Understudy, HAProxy and twemproxy in front of one Redis, with direct
 * Redis beside them.
 *
 * <p>What enters: options, and the rounds that {@code measure} takes. What leaves: tables, and a
 * verdict per figure. Everything runs on the main thread; a missing program or a server that does
 * not start ends it with one line.
 */
@NullMarked
package io.understudy.bench.compare;

import org.jspecify.annotations.NullMarked;
