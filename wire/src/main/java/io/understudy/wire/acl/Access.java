package io.understudy.wire.acl;

import io.understudy.wire.command.KeySpec;
import java.util.Set;

/**
 * What a command does with a key, as the servers' key specs say it. Servers demand the right to
 * read only where a value, and not just its presence or size, is told (ACLSelectorCheckKey in
 * acl.c).
 */
final class Access {
  static final int READ = 1;
  static final int WRITE = 2;
  static final int BOTH = READ | WRITE;

  private Access() {}

  /** The bits that a key spec demands; 0 if any right will do. */
  static int of(KeySpec spec) {
    Set<String> flags = spec.flags();
    boolean writes =
        flags.contains("insert") || flags.contains("delete") || flags.contains("update");
    return (flags.contains("access") ? READ : 0) | (writes ? WRITE : 0);
  }
}
