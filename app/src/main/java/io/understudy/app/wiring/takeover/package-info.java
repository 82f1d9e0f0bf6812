/**
 * How a new process takes over from the one that runs: its listening sockets, and what its keeper
 * publishes until it has ended.
 *
 * <p>What enters: listening sockets, publications. What leaves: the same in another process of the
 * same machine and user. One connection over a unix socket carries {@link
 * io.understudy.app.wiring.takeover.Message}s, a line of JSON each; each end has one event loop for
 * it. Both processes read {@link System#nanoTime}, but no time of one is compared with a time of
 * the other: a lease counts from when it was asked for, on the clock of who asked.
 */
@NullMarked
package io.understudy.app.wiring.takeover;

import org.jspecify.annotations.NullMarked;
