package io.understudy.proxy.session;

import io.understudy.proxy.route.Bindings;
import io.understudy.proxy.route.Bindings.Transaction;
import io.understudy.proxy.session.Expected.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients are told of commands whose own connection was lost before it answered them. */
final class Loss {
  private Loss() {}

  /**
   * Answers every awaited command, in order.
   *
   * @param transaction whether MULTI was accepted before them
   * @return whether a transaction is open behind them
   */
  static boolean answer(Session session, List<Expected> awaited, boolean transaction) {
    boolean open = transaction;
    int unknown = 0;
    for (Expected expected : awaited) {
      if (expected instanceof Expected.Own) {
        continue;
      }
      if (expected instanceof Expected.Transaction(Step step) && step == Step.OPENED) {
        open = true; // It was answered.
        continue;
      }
      String answer = open ? Answers.TRANSACTION_LOST : Answers.UNKNOWN_OUTCOME;
      switch (expected) {
        case Expected.Transaction(Step step) -> {
          answer = answer(step, open, session.key().protocol());
          open = stays(step, open);
        }
        case Expected.Blocking blocking -> answer = open ? answer : Answers.UNBLOCKED;
        case Expected.Setting(Request request) -> request.release();
        case Expected.Asked(Request request, ClientQuestion question) -> request.release();
        case Expected.Plain other -> {}
        case Expected.Subscription other -> {}
        case Expected.Select other -> {}
        case Expected.Hello other -> {}
        case Expected.Auth other -> {}
        case Expected.Reset other -> {}
        case Expected.Foreign other -> {}
        case Expected.Refused other -> {}
        case Expected.Muted other -> {}
        case Expected.Own other -> {}
      }
      unknown += answer.equals(Answers.TRANSACTION_LOST) ? 0 : 1;
      session.output().add(answer);
    }
    session.context().counters().add(Counters.Count.UNKNOWN, unknown);
    return open;
  }

  private static String answer(Step step, boolean open, int protocol) {
    return switch (step) {
      case MULTI, OPENED, DISCARD -> Answers.TRANSACTION_LOST;
      case EXEC -> Answers.UNKNOWN_OUTCOME;
      case DOOMED_EXEC -> Answers.nullArray(protocol);
      case WATCH, UNWATCH -> open ? Answers.TRANSACTION_LOST : Answers.UNKNOWN_OUTCOME;
    };
  }

  private static boolean stays(Step step, boolean open) {
    return switch (step) {
      case MULTI, OPENED -> true;
      case EXEC, DISCARD, DOOMED_EXEC -> false;
      case WATCH, UNWATCH -> open;
    };
  }

  /** Whether keys were watched, or may have been, without the EXEC that ends it. */
  static boolean losesWatch(Bindings bindings, List<Expected> awaited) {
    boolean watching = bindings.transaction() == Transaction.WATCHING;
    for (Expected expected : awaited) {
      if (expected instanceof Expected.Transaction(Step step)) {
        watching =
            switch (step) {
              case WATCH -> true;
              case EXEC, DISCARD, DOOMED_EXEC, UNWATCH -> false;
              case MULTI, OPENED -> watching;
            };
      }
    }
    return watching;
  }

  /** Gives back what is kept of commands whose client is closed. */
  static void release(List<Expected> awaited, @Nullable Request barrier) {
    for (Expected expected : awaited) {
      if (expected instanceof Expected.Setting(Request request)) {
        request.release();
      } else if (expected instanceof Expected.Asked(Request request, ClientQuestion question)) {
        request.release();
      }
    }
    if (barrier != null) {
      barrier.release();
    }
  }

  /** Whether channels of an earlier connection were asked for again, and not all are confirmed. */
  static boolean isResubscribing(List<Expected> awaited) {
    return awaited.stream()
        .anyMatch(
            expected -> expected instanceof Expected.Own(int confirmations) && confirmations > 0);
  }

  /** Subscriptions can be asked for again, if nothing else was asked for between them. */
  static List<Expected.Subscription> unconfirmed(List<Expected> awaited) {
    List<Expected.Subscription> unconfirmed = new ArrayList<>();
    for (Expected expected : awaited) {
      if (expected instanceof Expected.Subscription subscription) {
        unconfirmed.add(subscription);
      } else if (!(expected instanceof Expected.Own)) {
        return List.of();
      }
    }
    return unconfirmed;
  }
}
