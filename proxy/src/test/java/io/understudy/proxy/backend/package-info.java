/** What connections to nodes are made of, each part on its own. */
@NullMarked
package io.understudy.proxy.backend;

import org.jspecify.annotations.NullMarked;
