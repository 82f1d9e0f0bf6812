/**
 * What {@code understudy rdb} says of an RDB file.
 *
 * <p>What enters: the bytes of a file, from a stream. What leaves: lines about keys and values, and
 * counts of them. Values are held one at a time, and only to be written as JSON, up to a size that
 * is passed in. All on the caller's thread. What fails: a damaged file, with the exception of the
 * reader, which names the place.
 */
@NullMarked
package io.understudy.app.rdb;

import org.jspecify.annotations.NullMarked;
