/** Orders given to real servers. */
@NullMarked
package io.understudy.failover.act;

import org.jspecify.annotations.NullMarked;
