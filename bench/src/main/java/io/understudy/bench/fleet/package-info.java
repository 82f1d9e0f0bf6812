/**
 * A fleet of groups whose servers are scripted: what it costs keepers to watch it, and how soon all
 * groups are served again when many primaries die at once.
 *
 * <p>What enters: command-line options. What leaves: a table and verdicts on standard output. Each
 * connection of a scripted node has a virtual thread; the keepers and ZooKeeper are real processes.
 */
@NullMarked
package io.understudy.bench.fleet;

import org.jspecify.annotations.NullMarked;
