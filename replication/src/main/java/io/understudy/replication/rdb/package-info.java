/**
 * The RDB format: snapshots of Redis and Valkey, and the payloads of DUMP.
 *
 * <p>What enters: the bytes of a snapshot in pieces of any size. What leaves: their meaning, and
 * the same bytes again. It does no input or output and knows no clock; everything runs on the
 * caller's thread. What fails: bytes that are no snapshot, with the place in the file.
 */
@NullMarked
package io.understudy.replication.rdb;

import org.jspecify.annotations.NullMarked;
