/**
 * What is seen of traffic: how long answers take, and which errors they are.
 *
 * <p>What enters: times and first words of answers, on the event loop that saw them. What leaves:
 * sums at one moment, to any thread. Nothing here locks, waits or reads a clock; memory is bounded
 * by constants.
 */
@NullMarked
package io.understudy.proxy.observe;

import org.jspecify.annotations.NullMarked;
