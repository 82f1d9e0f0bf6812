package io.understudy.failover.decide;

import io.understudy.failover.view.Consent;
import java.time.Duration;
import java.util.Optional;

/**
 * What hooks that are asked before something have to do with it. Gates are never asked about, what
 * an operator forces is not held back, and no answer is waited for without an end.
 */
final class Consents {
  /** A keeper that does not even ask is not waited for any longer than one whose hooks hang. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private Consents() {}

  static boolean areAskedBeforeSwitchovers(Situation s) {
    return s.view().consent().filter(Consent::switchovers).isPresent();
  }

  /** Whether a switchover that is wished for waits for an answer. */
  static boolean isAwaited(Situation s, Wish wish) {
    return wish.kind() == Wish.Kind.SWITCHOVER
        && wish.untilWallMillis() >= s.view().wallMillis()
        && s.view()
            .consent()
            .filter(Consent::switchovers)
            .filter(consent -> consent.isAwaited(wish.id(), s.now()))
            .isPresent();
  }

  /** Why a switchover that is wished for must not begin. */
  static Optional<String> objectionTo(Situation s, Wish wish) {
    return wish.kind() == Wish.Kind.SWITCHOVER
        ? s.view().consent().flatMap(consent -> consent.objectionTo(wish.id(), s.now()))
        : Optional.empty();
  }

  /** Why a failover must not promote anybody yet; empty when nothing speaks against it. */
  static Optional<String> withheld(Situation s, Operation op) {
    Consent consent = s.view().consent().filter(Consent::failovers).orElse(null);
    if (consent == null || op.kind() != Operation.Kind.FAILOVER || op.forcedTo().isPresent()) {
      return Optional.empty();
    }
    boolean patient = !s.isPast(op.phaseSinceNanos(), Consent.LONGEST_WAIT.plus(MARGIN));
    if (patient && consent.isAwaited(op.id(), s.now())) {
      return Optional.of("hooks are asked whether they agree");
    }
    return consent
        .objectionTo(op.id(), s.now())
        .map(
            why ->
                "a hook holds the failover back for at most "
                    + Duration.ofNanos(consent.untilNanos() - s.now()).toSeconds()
                    + " s more ("
                    + why
                    + "); 'understudy failover --force' passes over it");
  }
}
