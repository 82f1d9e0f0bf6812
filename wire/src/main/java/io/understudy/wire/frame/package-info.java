/**
 * Whole RESP values, for the control path and for tests; the data path does not use them.
 *
 * <p>Bytes enter the decoder and {@link io.understudy.wire.frame.Frame}s leave, and the other way
 * round through the encoder. Frames are immutable values and may go to any thread; a decoder
 * belongs to one connection and its thread. What fails: bytes that are not RESP, and frames over
 * the bounds of {@link io.understudy.wire.frame.FrameLimits}, are a {@link
 * io.understudy.wire.frame.MalformedFrameException}.
 */
@NullMarked
package io.understudy.wire.frame;

import org.jspecify.annotations.NullMarked;
