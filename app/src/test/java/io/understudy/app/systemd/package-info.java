/** {@code understudy run} as a service of systemd, whose place a socket of the test takes. */
@NullMarked
package io.understudy.app.systemd;

import org.jspecify.annotations.NullMarked;
