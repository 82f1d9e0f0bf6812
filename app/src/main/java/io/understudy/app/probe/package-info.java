/**
 * One question at a time to one server over a blocking socket: for {@code check --connect} and for
 * the demo's client, which must see what any client sees.
 *
 * <p>What enters: an address and words to send. What leaves: replies as {@link
 * io.understudy.app.probe.Reply}. Everything runs on the caller's thread and ends within the
 * timeout that the caller gave; a connection that fails throws {@link java.io.IOException} and is
 * of no further use.
 */
@NullMarked
package io.understudy.app.probe;

import org.jspecify.annotations.NullMarked;
