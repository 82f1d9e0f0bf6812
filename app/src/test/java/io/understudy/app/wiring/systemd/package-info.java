/** What systemd is told, and when. */
@NullMarked
package io.understudy.app.wiring.systemd;

import org.jspecify.annotations.NullMarked;
