/** Tests of what is handed to outputs. */
@NullMarked
package io.understudy.failover.publish;

import org.jspecify.annotations.NullMarked;
