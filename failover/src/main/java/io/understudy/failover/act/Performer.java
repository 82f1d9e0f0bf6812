package io.understudy.failover.act;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Outcome;
import io.understudy.failover.link.Heard;
import io.understudy.failover.link.Link;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.Upstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders, each as one transaction that the epoch mark guards.
 *
 * <p>An order has two halves. First WATCH and GET read the mark; nothing has changed if that fails.
 * Then MULTI, the order and EXEC leave together; from the first byte of them on, silence means that
 * the end is unknown. Confined to the group's thread, on which outcomes are delivered too.
 */
public final class Performer {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.keeper");

  private static final String MIN_REPLICAS = "min-replicas-to-write";
  private static final String REPLICA_OF = "REPLICAOF";
  private static final String NO_ONE = "REPLICAOF NO ONE";
  private static final String MARK = "the mark";
  private static final String SERVE_STALE = "replica-serve-stale-data";

  /**
   * A primary that pings its replicas every second is known to be silent after two; with the usual
   * ten, an idle one only after eleven.
   */
  private static final String PING_PERIOD = "repl-ping-replica-period";

  private static final String QUICK_PING_SECONDS = "1";

  /** Whether a primary that cannot save refuses writes. */
  private static final String SAVE_RULE = "stop-writes-on-bgsave-error";

  private static final String CANNOT_SAVE = "MISCONF";

  private static final String MEMORY_LIMIT = "maxmemory";
  private static final String MEMORY_IS_FULL = "OOM";

  /** What an order needs at most on a server whose memory is full; a transaction is a few KB. */
  private static final long HEADROOM_BYTES = 4L * 1024 * 1024;

  private static final Pattern USED_MEMORY = Pattern.compile("(?m)^used_memory:(\\d+)");

  /** A queued EVAL is allowed on a replica where a queued SET is refused; it runs as a primary. */
  private static final String SET_MARK = "return redis.call('set',KEYS[1],ARGV[1])";

  private static final Pattern CLIENT = Pattern.compile("(?m)^id=(\\d+) .*?\\bname=(\\S*)");

  private final Executor thread;
  private final Duration deadline;
  private final BooleanSupplier mayAct;

  /**
   * Makes one for a group.
   *
   * @param deadline how long a reply is waited for before the end counts as unknown
   * @param mayAct asked before an order leaves: whether this keeper's lease still runs
   */
  public Performer(Executor thread, Duration deadline, BooleanSupplier mayAct) {
    this.thread = thread;
    this.deadline = deadline;
    this.mayAct = mayAct;
  }

  /**
   * Carries out an order.
   *
   * @param link an open connection to the order's own run
   * @param demotes whether the node is a primary now, so that its clients must look for another
   * @param markFound gets the mark that was read; a replica that refuses reads without its primary
   *     shows it only here
   * @param ended gets the outcome, exactly once, on the group's thread
   */
  public void perform(
      Action.Order order,
      Link link,
      boolean demotes,
      Consumer<Optional<EpochMark>> markFound,
      Consumer<Outcome> ended) {
    new Attempt(order, link, markFound, ended).begin(Extras.usual(demotes));
  }

  /**
   * Makes certain that an order whose reply was lost ran or never will, by ending every connection
   * of this keeper on which it may have gone out.
   *
   * @param link a connection that was opened after the order was sent
   * @param name what all of this keeper's connections are called
   * @param ended gets the outcome, exactly once, on the group's thread
   */
  public void settle(Link link, String name, Consumer<Outcome> ended) {
    if (link.clientId().isEmpty()) {
      ended.accept(new Outcome.Rejected("the server did not number this connection"));
      return;
    }
    long own = link.clientId().getAsLong();
    Heard.then(
        limited(link.commands().clientList()),
        thread,
        list -> {
          if (list.value() == null) {
            ended.accept(new Outcome.Rejected("CLIENT LIST failed: " + list.failureText()));
          } else {
            kill(link, others(list.value(), name, own), ended);
          }
        });
  }

  private void kill(Link link, List<Long> clients, Consumer<Outcome> ended) {
    List<CompletableFuture<Heard<Long>>> kills = new ArrayList<>();
    for (long client : clients) {
      kills.add(Heard.of(limited(link.commands().clientKill(KillArgs.Builder.id(client)))));
    }
    Heard.then(
        CompletableFuture.allOf(kills.toArray(CompletableFuture[]::new)),
        thread,
        all -> {
          Optional<String> failure =
              kills.stream()
                  .map(CompletableFuture::join)
                  .filter(k -> k.failure() != null)
                  .map(Heard::failureText)
                  .findFirst();
          ended.accept(
              failure.isPresent()
                  ? new Outcome.Rejected("CLIENT KILL failed: " + failure.get())
                  : new Outcome.Done("ended " + clients.size() + " earlier connections"));
        });
  }

  private static List<Long> others(String clientList, String name, long own) {
    List<Long> ids = new ArrayList<>();
    Matcher client = CLIENT.matcher(clientList);
    while (client.find()) {
      long id = Long.parseLong(client.group(1));
      if (id != own && client.group(2).equals(name)) {
        ids.add(id);
      }
    }
    return ids;
  }

  private <T> CompletableFuture<T> limited(CompletionStage<T> reply) {
    // A copy: the deadline must not end the client library's own future.
    return reply
        .thenApply(value -> value)
        .toCompletableFuture()
        .orTimeout(deadline.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * What goes into the transaction beside the order itself.
   *
   * @param rewrite CONFIG REWRITE, so that a restart comes back in the same role
   * @param killClients CLIENT KILL of those who still think that this is the primary
   * @param quickPing CONFIG SET of the ping period of a node that is or becomes primary
   * @param staleAgain replica-serve-stale-data was switched on to read the mark, and goes off again
   * @param unsaved the mark is written although the server cannot save
   * @param memoryLimit what maxmemory goes back to, after it was raised so that a full server takes
   *     the order
   */
  private record Extras(
      boolean rewrite,
      boolean killClients,
      boolean quickPing,
      boolean staleAgain,
      boolean unsaved,
      Optional<String> memoryLimit) {

    static Extras usual(boolean demotes) {
      return new Extras(true, demotes, true, false, false, Optional.empty());
    }

    /** Without what the keeper's user may not do; the same when nothing can be left out. */
    Extras without(String refused) {
      return switch (refused) {
        case "CONFIG REWRITE" ->
            new Extras(false, killClients, quickPing, staleAgain, unsaved, memoryLimit);
        case "CLIENT KILL" ->
            new Extras(rewrite, false, quickPing, staleAgain, unsaved, memoryLimit);
        case PING_PERIOD ->
            new Extras(rewrite, killClients, false, staleAgain, unsaved, memoryLimit);
        default -> this;
      };
    }

    Extras readingStale() {
      return new Extras(rewrite, killClients, quickPing, true, unsaved, memoryLimit);
    }

    Extras writingUnsaved() {
      return new Extras(rewrite, killClients, quickPing, staleAgain, true, memoryLimit);
    }

    Extras restoringMemoryLimit(String limit) {
      return new Extras(rewrite, killClients, quickPing, staleAgain, unsaved, Optional.of(limit));
    }
  }

  /** One order on its way. */
  private final class Attempt {
    private final Action.Order order;
    private final Consumer<Optional<EpochMark>> markFound;
    private final Consumer<Outcome> ended;
    private final RedisAsyncCommands<String, String> commands;

    Attempt(
        Action.Order order,
        Link link,
        Consumer<Optional<EpochMark>> markFound,
        Consumer<Outcome> ended) {
      this.order = order;
      this.markFound = markFound;
      this.ended = ended;
      this.commands = link.commands();
    }

    void begin(Extras extras) {
      var watch = Heard.of(limited(commands.watch(EpochMark.KEY)));
      var mark = Heard.of(limited(commands.get(EpochMark.KEY)));
      var setting = Heard.of(limited(commands.configGet(MIN_REPLICAS)));
      Heard.then(
          CompletableFuture.allOf(watch, mark, setting),
          thread,
          all -> markRead(watch.join(), mark.join(), setting.join(), extras));
    }

    private void markRead(
        Heard<String> watch,
        Heard<String> mark,
        Heard<Map<String, String>> setting,
        Extras extras) {
      if (mark.failureText().startsWith("MASTERDOWN") && !extras.staleAgain()) {
        readStale(extras);
        return;
      }
      if (watch.failure() != null || mark.failure() != null) {
        String why = watch.failure() != null ? watch.failureText() : mark.failureText();
        reject("its mark could not be read, so nothing was sent: " + why, extras);
        return;
      }
      Optional<EpochMark> found = Optional.ofNullable(mark.value()).map(EpochMark::parse);
      markFound.accept(found);
      if (!found.equals(order.expected())) {
        reject("its mark is " + named(found) + ", not " + named(order.expected()), extras);
        return;
      }
      String least = setting.value() == null ? null : setting.value().get(MIN_REPLICAS);
      send(least == null ? "0" : least, extras);
    }

    /**
     * A replica without its primary may refuse reads; it is made to answer, for this order only.
     */
    private void readStale(Extras extras) {
      Heard.then(
          limited(commands.configSet(SERVE_STALE, "yes")),
          thread,
          set -> {
            if (set.failure() != null) {
              reject("it refuses reads, and " + SERVE_STALE + " could not be set", extras);
            } else {
              begin(extras.readingStale());
            }
          });
    }

    private void reject(String detail, Extras extras) {
      var unused = commands.unwatch();
      if (extras.staleAgain()) {
        unused = commands.configSet(SERVE_STALE, "no");
      }
      if (extras.memoryLimit().isPresent()) {
        unused = commands.configSet(MEMORY_LIMIT, extras.memoryLimit().get());
      }
      ended.accept(new Outcome.Rejected(detail));
    }

    private void send(String minReplicas, Extras extras) {
      if (!mayAct.getAsBoolean()) {
        reject("this keeper's lease ended before the order was sent", extras);
        return;
      }
      var multi = Heard.of(commands.multi());
      if (multi.isDone() && multi.join().failure() != null) {
        ended.accept(new Outcome.Rejected("the connection ended before anything was sent"));
        return;
      }
      List<Queued> queued = new ArrayList<>();
      if (extras.unsaved()) {
        queued.add(new Queued(SAVE_RULE, Heard.of(commands.configSet(SAVE_RULE, "no"))));
      }
      queueOrder(queued, minReplicas);
      if (extras.unsaved()) {
        queued.add(new Queued(SAVE_RULE, Heard.of(commands.configSet(SAVE_RULE, "yes"))));
      }
      // Whether the memory is full is judged when EXEC comes in; CONFIG REWRITE must see the limit.
      extras
          .memoryLimit()
          .ifPresent(
              limit ->
                  queued.add(
                      new Queued(MEMORY_LIMIT, Heard.of(commands.configSet(MEMORY_LIMIT, limit)))));
      if (extras.staleAgain()) {
        queued.add(new Queued("CONFIG SET", Heard.of(commands.configSet(SERVE_STALE, "no"))));
      }
      switch (order) {
        case Action.Promote p -> queueQuickPing(queued, extras);
        case Action.Attach a -> {
          queueRewrite(queued, extras);
          if (extras.killClients()) {
            queued.add(
                new Queued(
                    "CLIENT KILL", Heard.of(commands.clientKill(KillArgs.Builder.typeNormal()))));
          }
        }
        case Action.Mark m -> queueQuickPing(queued, extras);
        case Action.Gate g -> {}
        case Action.Fence f -> {}
        case Action.Unfence u -> {}
      }
      Heard.then(limited(commands.exec()), thread, exec -> executed(exec, queued, extras));
    }

    private void queueQuickPing(List<Queued> queued, Extras extras) {
      if (extras.quickPing()) {
        queued.add(
            new Queued(PING_PERIOD, Heard.of(commands.configSet(PING_PERIOD, QUICK_PING_SECONDS))));
      }
    }

    private void queueRewrite(List<Queued> queued, Extras extras) {
      if (extras.rewrite()) {
        queued.add(new Queued("CONFIG REWRITE", Heard.of(commands.configRewrite())));
      }
    }

    private void queueOrder(List<Queued> queued, String minReplicas) {
      switch (order) {
        case Action.Gate g -> replicaOf(queued, Upstream.GATE_HOST, Upstream.GATE_PORT);
        case Action.Attach a -> {
          replicaOf(queued, a.primary().address().host(), a.primary().address().port());
          // Before CONFIG REWRITE, which would keep a switchover's fence for ever.
          a.minReplicas().ifPresent(least -> queueMinReplicas(queued, Long.toString(least)));
        }
        case Action.Promote p -> {
          queued.add(new Queued(NO_ONE, Heard.of(commands.replicaofNoOne())));
          String least =
              p.minReplicas().isPresent()
                  ? Long.toString(p.minReplicas().getAsLong())
                  : minReplicas;
          queueMark(queued, p.mark(), minReplicas, least);
        }
        case Action.Mark m -> queueMark(queued, m.mark(), minReplicas, minReplicas);
        case Action.Fence f -> queueMinReplicas(queued, Long.toString(Action.Fence.MIN_REPLICAS));
        case Action.Unfence u -> queueMinReplicas(queued, Long.toString(u.minReplicas()));
      }
    }

    private void replicaOf(List<Queued> queued, String host, int port) {
      queued.add(new Queued(REPLICA_OF, Heard.of(commands.replicaof(host, port))));
    }

    /**
     * A primary that has lost its replicas refuses every write, the mark too, when it is configured
     * to want some; that rule is lifted for the mark alone.
     */
    private void queueMark(List<Queued> queued, EpochMark mark, String present, String afterwards) {
      boolean lift = !present.equals("0");
      if (lift) {
        queueMinReplicas(queued, "0");
      }
      queued.add(
          new Queued(
              MARK,
              Heard.of(
                  commands.<String>eval(
                      SET_MARK,
                      ScriptOutputType.STATUS,
                      new String[] {EpochMark.KEY},
                      mark.toString()))));
      if (!afterwards.equals("0")) {
        queueMinReplicas(queued, afterwards);
      }
    }

    private void queueMinReplicas(List<Queued> queued, String least) {
      queued.add(new Queued(MIN_REPLICAS, Heard.of(commands.configSet(MIN_REPLICAS, least))));
    }

    private void executed(Heard<TransactionResult> exec, List<Queued> queued, Extras extras) {
      TransactionResult result = exec.value();
      if (result != null && result.wasDiscarded()) {
        reject("its mark changed before the order could run", extras);
        return;
      }
      if (result != null) {
        String refusal = order instanceof Action.Mark ? failureOf(main(queued)) : "";
        if (refusal.contains(CANNOT_SAVE) && !extras.unsaved()) {
          begin(extras.writingUnsaved());
        } else if (refusal.contains(MEMORY_IS_FULL) && extras.memoryLimit().isEmpty()) {
          makeRoom(extras);
        } else {
          Outcome outcome = judge(queued);
          ended.accept(outcome);
          if (order instanceof Action.Promote && outcome instanceof Outcome.Done) {
            rewriteAfter(extras);
          }
        }
        return;
      }
      if (!(exec.failure() instanceof RedisCommandExecutionException)) {
        ended.accept(
            new Outcome.Unknown(
                "no reply within " + deadline.toMillis() + " ms: " + exec.failureText()));
        return;
      }
      // EXECABORT: nothing of it ran. What the keeper's user may not do is left out, if it can be.
      Queued refused = firstRefused(queued);
      Extras allowed = refused == null ? extras : extras.without(refused.name());
      boolean full = refused != null && failureOf(refused).contains(MEMORY_IS_FULL);
      if (full && extras.memoryLimit().isEmpty()) {
        makeRoom(extras);
      } else if (!allowed.equals(extras)) {
        begin(allowed);
      } else {
        reject(
            refused == null
                ? exec.failureText()
                : refused.name() + " was refused: " + refused.reply().join().failureText(),
            extras);
      }
    }

    /**
     * Lets a promoted node write its file while the news of it goes round. It waits for its disk
     * meanwhile, and clients wait for the news; before that, a restart comes back as a replica.
     */
    private void rewriteAfter(Extras extras) {
      if (extras.rewrite()) {
        Heard.then(
            limited(commands.configRewrite()),
            thread,
            rewritten -> {
              if (rewritten.failure() != null) {
                LOG.warn(
                    "{} is primary, but CONFIG REWRITE failed: {}",
                    order.node().address(),
                    rewritten.failureText());
              }
            });
      }
    }

    private @Nullable Queued firstRefused(List<Queued> queued) {
      return queued.stream()
          .filter(q -> q.reply().isDone())
          .filter(q -> q.reply().join().failure() instanceof RedisCommandExecutionException)
          .findFirst()
          .orElse(null);
    }

    /**
     * A server whose memory is full takes no mark, and some take nothing into a transaction then,
     * not even a demotion; the limit is raised for this order, by a little more than it needs.
     */
    private void makeRoom(Extras extras) {
      var limit = Heard.of(limited(commands.configGet(MEMORY_LIMIT)));
      var memory = Heard.of(limited(commands.info("memory")));
      Heard.then(
          CompletableFuture.allOf(limit, memory),
          thread,
          all -> {
            Map<String, String> setting = limit.join().value();
            String old = setting == null ? null : setting.get(MEMORY_LIMIT);
            String text = memory.join().value();
            Matcher used = USED_MEMORY.matcher(text == null ? "" : text);
            if (old == null || !used.find()) {
              reject("its memory is full, and " + MEMORY_LIMIT + " could not be read", extras);
            } else {
              raiseLimit(Long.parseLong(used.group(1)) + HEADROOM_BYTES, old, extras);
            }
          });
    }

    private void raiseLimit(long bytes, String old, Extras extras) {
      Heard.then(
          limited(commands.configSet(MEMORY_LIMIT, Long.toString(bytes))),
          thread,
          set -> {
            if (set.failure() == null) {
              begin(extras.restoringMemoryLimit(old));
            } else {
              reject(
                  "its memory is full, and "
                      + MEMORY_LIMIT
                      + " could not be raised for the order: "
                      + set.failureText(),
                  extras);
            }
          });
    }

    /** The one command whose end is the order's. */
    private Queued main(List<Queued> queued) {
      String name =
          switch (order) {
            case Action.Mark m -> MARK;
            case Action.Promote p -> NO_ONE;
            case Action.Gate g -> REPLICA_OF;
            case Action.Attach a -> REPLICA_OF;
            case Action.Fence f -> MIN_REPLICAS;
            case Action.Unfence u -> MIN_REPLICAS;
          };
      return queued.stream().filter(q -> q.name().equals(name)).findFirst().orElseThrow();
    }

    private static String failureOf(Queued command) {
      return command.reply().isDone() && command.reply().join().failure() != null
          ? command.reply().join().failureText()
          : "";
    }

    /** The order itself decides; what failed beside it is told. */
    private Outcome judge(List<Queued> queued) {
      Queued main = main(queued);
      if (!failureOf(main).isEmpty()) {
        return new Outcome.Rejected(main.name() + " failed: " + failureOf(main));
      }
      var detail = new StringBuilder("OK");
      for (Queued each : queued) {
        if (!failureOf(each).isEmpty()) {
          detail.append("; but ").append(each.name()).append(" failed: ").append(failureOf(each));
        }
      }
      return new Outcome.Done(detail.toString());
    }

    private static String named(Optional<EpochMark> mark) {
      return mark.map(m -> "'" + m + "'").orElse("absent");
    }
  }

  /** One command inside the transaction. */
  private record Queued(String name, CompletableFuture<? extends Heard<?>> reply) {}
}
