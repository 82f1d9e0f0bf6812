/**
 * Runs a world of events in virtual time, the same way for the same seed.
 *
 * <p>What enters: a seed, and events with a delay. What leaves: the events' effects, in an order
 * that depends on nothing but the seed, and a trace. One thread; nothing waits, and no clock is
 * read.
 */
@NullMarked
package io.understudy.testkit.sim;

import org.jspecify.annotations.NullMarked;
