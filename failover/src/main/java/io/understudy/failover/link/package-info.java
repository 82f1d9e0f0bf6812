/**
 * Control connections to the servers of groups.
 *
 * <p>What enters: addresses and credentials. What leaves: connections, and how attempts to connect
 * ended, on the executor that was passed in. Connecting, resolving names and replies happen on this
 * package's own threads and never block the caller. Nothing reconnects by itself: a lost connection
 * is evidence, and whoever wanted it is told at once. Failures are values, not exceptions.
 */
@NullMarked
package io.understudy.failover.link;

import org.jspecify.annotations.NullMarked;
