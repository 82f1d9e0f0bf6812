/**
 * Writes records as text and reads them back: the format of the journal.
 *
 * <p>What enters: a record built of records, sealed interfaces of records, enums, collections,
 * optionals, durations, strings and numbers. What leaves: one line of JSON, and from it an equal
 * record. Pure; any thread. Text that does not describe the asked type exactly (an unknown or a
 * missing field, a value out of range) is refused with {@link java.lang.IllegalArgumentException};
 * nothing is ever guessed.
 */
@NullMarked
package io.understudy.failover.text;

import org.jspecify.annotations.NullMarked;
