/** To be described by the module. */
@NullMarked
package io.understudy.wire;

import org.jspecify.annotations.NullMarked;
