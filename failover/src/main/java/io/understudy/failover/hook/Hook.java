package io.understudy.failover.hook;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Something to be called.
 *
 * @param name for a person: the program's path or the address, without secrets
 * @param at when
 * @param call what
 * @param deadline how long it may take, waiting for its turn and repetitions included
 * @param veto whether it may call off what it is asked about
 * @param vetoFor how long at most it holds back a failover
 */
public record Hook(
    String name, Set<HookPoint> at, Call call, Duration deadline, boolean veto, Duration vetoFor) {
  public Hook {
    at = Set.copyOf(at);
  }

  /** What is called. */
  public sealed interface Call {
    /** A program and its arguments; no shell is between. */
    record Program(List<String> command) implements Call {
      public Program {
        command = List.copyOf(command);
      }
    }

    /**
     * An address that gets a POST.
     *
     * @param secret signs the body; empty to send it unsigned. Its text form shows nothing of it
     */
    record Web(URI address, Optional<Supplier<String>> secret) implements Call {}
  }
}
