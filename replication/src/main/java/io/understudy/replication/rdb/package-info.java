/**
 * The RDB format: snapshots of Redis and Valkey, and the payloads of DUMP.
 *
 * <p>What enters: the bytes of a snapshot in pieces of any size. What leaves: their meaning, and
 * the same bytes again. It does no input or output and knows no clock; everything runs on the
 * caller's thread, and nothing here is shared between threads. What fails: bytes that are no
 * snapshot or hold what is not known, with an {@link io.understudy.replication.rdb.RdbException}
 * that names the place in the file.
 *
 * <p>{@link io.understudy.replication.rdb.RdbReader} is fed and calls an {@link
 * io.understudy.replication.rdb.RdbHandler}. For each key it says what stands before the value and
 * asks what is wanted of it; then the wanted bytes pass by in the pieces that were fed:
 *
 * <pre>{@code
 * var reader = new RdbReader(handler, RdbLimits.DEFAULT);
 * int taken = reader.feed(bytes, offset, length); // fewer than length: the file ended there
 * if (reader.isComplete()) ...                    // what follows is not the file's
 * reader.end();                                   // no more bytes come: throws if some are missing
 *
 * handler: onStart(version), then any number of
 *   onRecord(Database | Auxiliary | Sizes | Function | ...)  -> NOTHING or WHOLE
 *   onEntry(database, type, key, expiry, idle, frequency)    -> NOTHING, VALUE or WHOLE
 *     onBytes(array, offset, length)*  onPartEnd()           unless it was NOTHING
 * then onEnd(), after the checksum was found right
 * }</pre>
 *
 * <p>{@link io.understudy.replication.rdb.RdbWriter} writes a file for one {@link
 * io.understudy.replication.rdb.RdbTarget} out of such parts, {@link
 * io.understudy.replication.rdb.ValueDecoder} decodes a value that was gathered, and {@link
 * io.understudy.replication.rdb.DumpPayload} makes of what DUMP answered what another server's
 * RESTORE takes.
 */
@NullMarked
package io.understudy.replication.rdb;

import org.jspecify.annotations.NullMarked;
