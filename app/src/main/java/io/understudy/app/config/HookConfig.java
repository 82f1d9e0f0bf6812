package io.understudy.app.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A program or an address that is called before and after what is done.
 *
 * @param at when
 * @param call what
 * @param deadline how long it may take
 * @param veto whether it may call off what it is asked about
 * @param vetoFor how long at most it holds back a failover
 */
public record HookConfig(Set<At> at, Call call, Duration deadline, boolean veto, Duration vetoFor) {
  public HookConfig {
    at = Set.copyOf(at);
  }

  /** What is called. */
  public sealed interface Call {
    /** A program, by its absolute path, and its arguments. */
    record Run(List<String> command) implements Call {
      public Run {
        command = List.copyOf(command);
      }
    }

    /**
     * An address that gets a POST. Its text form shows the host alone, for a path may be a secret.
     *
     * @param secret signs it; empty for unsigned
     */
    record Post(URI url, Optional<Secret> secret) implements Call {
      @Override
      public String toString() {
        return url.getScheme() + "://" + url.getAuthority();
      }
    }
  }

  /** When. */
  public enum At {
    BEFORE_FAILOVER,
    AFTER_FAILOVER,
    BEFORE_SWITCHOVER,
    AFTER_SWITCHOVER,
    BEFORE_ADD,
    AFTER_ADD,
    BEFORE_REMOVE,
    AFTER_REMOVE,
    AFTER_REPAIR;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isBefore() {
      return name().startsWith("BEFORE");
    }
  }
}
