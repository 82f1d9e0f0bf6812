/** To be described by the module. */
@NullMarked
package io.understudy.app;

import org.jspecify.annotations.NullMarked;
