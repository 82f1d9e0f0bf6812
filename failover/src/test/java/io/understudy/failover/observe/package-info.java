/** Tests of what readings become; each runs on its own thread and needs no server. */
@NullMarked
package io.understudy.failover.observe;

import org.jspecify.annotations.NullMarked;
