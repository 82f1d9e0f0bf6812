/**
 * Real servers for tests, and the faults that befall them; never shipped.
 *
 * <p>What enters: the version to start, from what {@code testkit/servers} fetched. What leaves:
 * server processes on loopback ports of their own, a small client to ask them, and relays that cut
 * or delay the connections to them. Every call is made on the caller's thread and waits by
 * condition; a condition that does not come true, a server that does not start and a missing server
 * set are {@link java.lang.AssertionError}s that say what to look at. Processes are killed on
 * {@code close}, and those left are killed when the JVM ends.
 */
@NullMarked
package io.understudy.testkit;

import org.jspecify.annotations.NullMarked;
