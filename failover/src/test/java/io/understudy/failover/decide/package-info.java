/** Tests of the decision core, with access to the table and the guards it is made of. */
@NullMarked
package io.understudy.failover.decide;

import org.jspecify.annotations.NullMarked;
