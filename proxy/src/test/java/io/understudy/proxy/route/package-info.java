/** What is decided of commands without a connection at hand. */
@NullMarked
package io.understudy.proxy.route;

import org.jspecify.annotations.NullMarked;
