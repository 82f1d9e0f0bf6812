/**
 * How fast an RDB file is walked: by the reader of replication and by redis-replicator, on one
 * file.
 *
 * <p>What enters: options. What leaves: a table on standard output. Everything that is measured
 * runs on the main thread, one walk after another. What fails: a redis-server that does not start,
 * a file that cannot be written.
 */
@NullMarked
package io.understudy.bench.rdb;

import org.jspecify.annotations.NullMarked;
