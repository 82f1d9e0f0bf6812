/**
 * What systemd is told of this process, where it runs as a service of {@code Type=notify}.
 *
 * <p>What enters: what becomes of the process, and the variables that it was started with. What
 * leaves: datagrams at the socket that they name.
 */
@NullMarked
package io.understudy.app.wiring.systemd;

import org.jspecify.annotations.NullMarked;
