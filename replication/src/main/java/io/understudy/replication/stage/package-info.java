/**
 * What is kept of a replicated dataset, and how the commands of its stream are cut to that part.
 *
 * <p>Keys and commands enter as ranges of bytes, with what the command table knows of them; bytes
 * of commands leave, or a reason to stop. Everything here is a function of its arguments: no
 * socket, thread or clock. A stage belongs to one thread. What cannot be cut right fails: the stage
 * says which command, and why, instead of passing or dropping it.
 */
@NullMarked
package io.understudy.replication.stage;

import org.jspecify.annotations.NullMarked;
