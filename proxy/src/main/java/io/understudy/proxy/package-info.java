/**
 * One address that is always the primary: the proxy as a whole.
 *
 * <p>What enters: options, and the publications of a {@code TopologyFeed}. What leaves: listening
 * sockets that carry clients' commands to the published primary and its replies back; counters;
 * evidence of traffic. It runs on its own event loops, one thread each; the methods of this package
 * may be called from any thread. What fails: an address that cannot be bound, at the start, with
 * one line that says which.
 */
@NullMarked
package io.understudy.proxy;

import org.jspecify.annotations.NullMarked;
