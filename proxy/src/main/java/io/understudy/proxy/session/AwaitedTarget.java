package io.understudy.proxy.session;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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
  private final Consumer<Request> then;
  private boolean awaited;

  /**
   * Waits for nobody yet.
   *
   * @param then takes the command when it need not wait any more
   */
  AwaitedTarget(Session session, Consumer<Request> then) {
    this.session = session;
    this.then = then;
  }

  /** Whether a command waits. */
  boolean isAwaited() {
    return awaited;
  }

  /** Takes a command, which may name a client or none. */
  void await(Request request) {
    await(request, TRIES);
  }

  private void await(Request request, int tries) {
    awaited = tries > 0 && Redirection.awaitsConnection(session, request.arguments());
    if (awaited) {
      session
          .context()
          .loop()
          .events()
          .schedule(() -> await(request, tries - 1), WAIT_MS, TimeUnit.MILLISECONDS);
    } else {
      then.accept(request);
    }
  }
}
