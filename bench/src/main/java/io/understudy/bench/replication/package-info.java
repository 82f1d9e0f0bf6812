/**
 * How long a replica's first synchronization takes through a filter, compared with none.
 *
 * <p>Options of a command enter; printed times leave. Everything runs on the main thread, against
 * processes of its own. What fails: a server or the program that does not come up, as an exception
 * that ends the command.
 */
@NullMarked
package io.understudy.bench.replication;

import org.jspecify.annotations.NullMarked;
