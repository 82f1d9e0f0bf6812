/**
 * Users in the rule language of servers: what a user may run, and on which keys and channels.
 *
 * <p>A name and a line of rules enter; a {@link io.understudy.wire.acl.AclUser} leaves. Everything
 * is immutable and may be used from every thread, but for {@link io.understudy.wire.acl.AclCheck},
 * which belongs to one. What fails: a rule that is not understood is refused with one line that
 * never shows a password.
 */
@NullMarked
package io.understudy.wire.acl;

import org.jspecify.annotations.NullMarked;
