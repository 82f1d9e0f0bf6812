/** A new process that takes over from the one that runs, in front of real servers. */
@NullMarked
package io.understudy.app.takeover;

import org.jspecify.annotations.NullMarked;
