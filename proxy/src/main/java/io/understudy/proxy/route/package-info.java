/**
 * What is to be done with a command, a connection and a lost reply: pure decisions, made of values.
 *
 * <p>What enters: commands of the table, the state a session is in, how far a connection's bytes
 * got. What leaves: a conduct, a pool key, a fate. No I/O, no threads, no clock; nothing here fails
 * except on arguments that make no sense.
 */
@NullMarked
package io.understudy.proxy.route;

import org.jspecify.annotations.NullMarked;
