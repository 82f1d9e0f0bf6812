package io.understudy.app.wiring;

import io.understudy.app.rest.Operator.Change;
import io.understudy.app.rest.Operator.Result;
import io.understudy.app.rest.Operator.Wanted;
import io.understudy.failover.GroupStatus;
import io.understudy.failover.NotActingException;
import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.Request;
import io.understudy.failover.text.RecordText;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Has changes made by the keeper that acts for a group: the one of this process, or, through
 * ZooKeeper, another one. What was handed over is never handed on. Any thread; blocks.
 */
final class Changes {
  private static final Duration ANSWER_WAIT = Duration.ofSeconds(5);

  /** A switchover takes tens of milliseconds; a failover that finds no candidate may never end. */
  private static final Duration END_WAIT = Duration.ofSeconds(20);

  /** Longer than both, and shorter than a command waits for its answer. */
  private static final Duration RELAY_WAIT = Duration.ofSeconds(27);

  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  private static final String BY = "the admin port";

  /**
   * What one keeper hands to another.
   *
   * @param group whose
   * @param trial whether only to say what would be done
   * @param awaited whether the end is waited for
   */
  record Handed(String group, Request request, boolean trial, boolean awaited) {}

  /** What comes back. */
  record Ended(boolean done, List<String> lines) {}

  private final Keeping keeper;

  Changes(Keeping keeper) {
    this.keeper = keeper;
  }

  /** Does for other keepers what they are asked for, from now on. */
  void answerOthers() {
    keeper.relay().ifPresent(relay -> relay.begin(this::answered));
  }

  /** Has a change made, and says what came of it. */
  Result make(String group, Wanted wanted) {
    boolean later = wanted.change() == Change.SWITCHOVER || wanted.change() == Change.FAILOVER;
    boolean awaited = later && !wanted.trial() && wanted.at().isEmpty();
    String by = keeper.id().map(id -> BY + " of keeper " + id).orElse(BY);
    var handed = new Handed(group, request(wanted, by), wanted.trial(), awaited);
    try {
      return makeHere(handed);
    } catch (NotActingException e) {
      return handOver(handed, e);
    }
  }

  private Result handOver(Handed handed, NotActingException refusal) {
    try {
      Optional<String> answer =
          keeper.handOver(handed.group(), RecordText.write(handed), RELAY_WAIT);
      return answer
          .map(text -> RecordText.read(text, Ended.class))
          .map(ended -> new Result(ended.done(), ended.lines()))
          .orElseGet(() -> refused(refusal));
    } catch (IOException | IllegalArgumentException e) {
      return refused(e);
    }
  }

  /**
   * What another keeper handed over, or a successor of this process. Whoever may write below the
   * prefix may ask.
   */
  String answered(String group, String text) {
    Result result;
    try {
      Handed handed = RecordText.read(text, Handed.class);
      result =
          handed.group().equals(group)
              ? makeHere(handed)
              : new Result(false, List.of("a request for " + group + " names another group"));
    } catch (NotActingException | IllegalArgumentException e) {
      result = refused(e);
    }
    return RecordText.write(new Ended(result.done(), result.lines()));
  }

  private static Result refused(Exception e) {
    return new Result(false, List.of(String.valueOf(e.getMessage())));
  }

  private Result makeHere(Handed handed) throws NotActingException {
    Topology before = keeper.status(handed.group()).published();
    Answer answer;
    try {
      answer =
          keeper
              .ask(handed.group(), handed.request(), handed.trial())
              .get(ANSWER_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NotActingException notActing) {
        throw notActing;
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return new Result(false, List.of(String.valueOf(cause.getMessage())));
    } catch (TimeoutException e) {
      return new Result(false, List.of("the keeper did not answer within 5 s"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(false, List.of("this program is ending"));
    }
    if (!answer.isAccepted()) {
      return new Result(false, answer.obstacles());
    }
    return handed.awaited()
        ? awaitEnd(before, answer.journal().nextId())
        : new Result(true, answer.plan());
  }

  private static Request request(Wanted wanted, String by) {
    return switch (wanted.change()) {
      case SWITCHOVER ->
          wanted.at().isPresent()
              ? new Request.SwitchoverAt(wanted.node(), wanted.at().get().toEpochMilli(), by)
              : new Request.Switchover(wanted.node(), by);
      case CANCEL -> new Request.Cancel(by);
      case FAILOVER -> new Request.ForcedFailover(wanted.node().orElseThrow(), by);
      case PAUSE -> new Request.PauseFor(wanted.node(), wanted.why(), wanted.length(), by);
      case RESUME -> new Request.Resume(wanted.node(), by);
      case ACKNOWLEDGE -> new Request.Acknowledge(by);
      case ADD_NODE -> new Request.AddNode(wanted.node().orElseThrow(), wanted.replaceData(), by);
      case REMOVE_NODE -> new Request.RemoveNode(wanted.node().orElseThrow(), by);
    };
  }

  /**
   * Waits until nothing is asked for and nothing is under way.
   *
   * @param nextId of the journal that holds the wish: what is older does not know of it
   */
  private Result awaitEnd(Topology before, long nextId) {
    long end = System.nanoTime() + END_WAIT.toNanos();
    while (System.nanoTime() - end < 0) {
      GroupStatus status = keeper.status(before.group());
      Optional<Node> primary = status.published().primary();
      // A keeper that was just told of another configuration has not read it yet.
      boolean calm =
          status
              .journal()
              .filter(journal -> journal.nextId() >= nextId)
              .filter(journal -> journal.wish().isEmpty() && journal.operation().isEmpty())
              .isPresent();
      if (calm && primary.isPresent()) {
        boolean done = !before.primary().equals(primary);
        return new Result(
            done,
            List.of(
                done
                    ? primary.get().address() + " is primary in epoch " + status.published().epoch()
                    : lastChange(status)));
      }
      if (!pause()) {
        break;
      }
    }
    return new Result(
        false, List.of("it has not ended yet; 'understudy explain' says what is waited for"));
  }

  /** The newest entry that says how an operation ended. */
  private static String lastChange(GroupStatus status) {
    return status.recent().reversed().stream()
        .filter(e -> e.rule().equals("carry-on") || e.rule().equals("asked"))
        .map(Entry::reason)
        .findFirst()
        .orElse("nothing was done");
  }

  private static boolean pause() {
    try {
      return !new CountDownLatch(1).await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
