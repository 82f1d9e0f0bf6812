/**
 * The command table: what is known of every command of the newest Redis and Valkey, merged.
 *
 * <p>The bytes of a name enter; a {@link io.understudy.wire.command.Command} and the positions of
 * its keys leave. The table is immutable and may be used from every thread. What fails: a table
 * resource that does not parse fails the first use of the class, and so the build's tests; a name
 * that is not in the table is {@link io.understudy.wire.command.Command#UNKNOWN}, never an error.
 */
@NullMarked
package io.understudy.wire.command;

import org.jspecify.annotations.NullMarked;
