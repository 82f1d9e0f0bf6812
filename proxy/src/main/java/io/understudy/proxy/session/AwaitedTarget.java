package io.understudy.proxy.session;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * CLIENT TRACKING waits until the client whom its invalidations are redirected to has a connection
 * of its own.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer of the loop fails only with the loop
final class AwaitedTarget {
  /** How often, and in which steps, the other client is waited for. */
  private static final int TRIES = 1_000;

  private static final long WAIT_MS = 2;

  private final Session session;
  private final PinnedState state;
  private boolean awaited;

  /** Waits for nobody yet. */
  AwaitedTarget(Session session, PinnedState state) {
    this.session = session;
    this.state = state;
  }

  /** Whether something waits. */
  boolean isAwaited() {
    return awaited;
  }

  /**
   * Does something when it need not wait any more.
   *
   * @param commands what is going to be sent; each may name a client or none
   */
  void await(List<List<String>> commands, Runnable then) {
    await(commands, then, TRIES);
  }

  /**
   * Sets something up again when the clients that it names are connected.
   *
   * @param sending sends it
   */
  void restore(Restoration what, BooleanSupplier sending) {
    state.restoring(what);
    await(
        what.settings().stream().map(List::of).toList(),
        () -> {
          if (sending.getAsBoolean()) {
            session.touch();
          }
        });
  }

  private void await(List<List<String>> commands, Runnable then, int tries) {
    awaited =
        tries > 0
            && !session.isClosed()
            && commands.stream()
                .anyMatch(c -> Redirection.awaitsConnection(session, state.node(), c));
    if (awaited) {
      session
          .context()
          .loop()
          .events()
          .schedule(() -> await(commands, then, tries - 1), WAIT_MS, TimeUnit.MILLISECONDS);
    } else {
      then.run();
    }
  }
}
