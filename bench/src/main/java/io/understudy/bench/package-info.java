/** To be described by the module. */
@NullMarked
package io.understudy.bench;

import org.jspecify.annotations.NullMarked;
