/** What two processes tell each other while one takes over from the other. */
@NullMarked
package io.understudy.app.wiring.takeover;

import org.jspecify.annotations.NullMarked;
