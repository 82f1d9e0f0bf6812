/**
 * The boundary scanners of the data path: where one request or reply ends and the next begins.
 *
 * <p>Bytes enter in any pieces, each byte once; events leave, with offsets into the buffers the
 * caller keeps or forwards. Nothing is copied, decoded or allocated for a request or reply. A
 * scanner belongs to one connection and to its event loop; it holds no buffer across calls that the
 * caller releases, except the one given to {@code feed} until all of it is scanned. What fails:
 * bytes that break the protocol end a scanner for good, with the sentence a server would answer.
 */
@NullMarked
package io.understudy.wire.scan;

import org.jspecify.annotations.NullMarked;
