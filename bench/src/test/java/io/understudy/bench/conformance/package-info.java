/** Tests of how the output of a suite is read and compared. */
@NullMarked
package io.understudy.bench.conformance;

import org.jspecify.annotations.NullMarked;
