/** Tests of the text form of records. */
@NullMarked
package io.understudy.failover.text;

import org.jspecify.annotations.NullMarked;
