/** Tests of what several keepers' views amount to. */
@NullMarked
package io.understudy.failover.agree;

import org.jspecify.annotations.NullMarked;
