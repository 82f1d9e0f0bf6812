/**
 * TLS for every connection of the program, made of PEM files: what clients connect to, and what
 * leads to servers.
 *
 * <p>What enters: the paths of certificates, keys and authorities. What leaves: {@link
 * javax.net.ssl.SSLEngine}s, which know nothing of sockets, so that each part drives them as it
 * drives its connections. Any thread may ask for one. Files are read when something is made or
 * renewed, never when an engine is asked for; a file that is missing or wrong is a {@link
 * io.understudy.wire.tls.TlsException} in one line, and what was read before stays in use.
 */
@NullMarked
package io.understudy.wire.tls;

import org.jspecify.annotations.NullMarked;
