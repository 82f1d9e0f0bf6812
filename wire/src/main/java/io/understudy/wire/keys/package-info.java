/**
 * Where the keys of a command are among its bytes.
 *
 * <p>The bytes of a whole command, whose boundaries a scanner found, enter; positions leave.
 * Nothing is copied. Both classes are reused from command to command and belong to one thread. What
 * fails: a command whose arguments do not fit its key specs has no complete answer, and {@code
 * isComplete} says so.
 */
@NullMarked
package io.understudy.wire.keys;

import org.jspecify.annotations.NullMarked;
