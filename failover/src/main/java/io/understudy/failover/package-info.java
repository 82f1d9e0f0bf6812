/** To be described by the module. */
@NullMarked
package io.understudy.failover;

import org.jspecify.annotations.NullMarked;
