package io.understudy.wire.acl;

/**
 * Keys, and what may be done with them.
 *
 * @param glob which keys
 * @param access the bits of {@link Access}
 */
record KeyPattern(Glob glob, int access) {
  /** Whether it allows everything on every key. */
  boolean isAll() {
    return glob.isAll() && access == Access.BOTH;
  }
}
