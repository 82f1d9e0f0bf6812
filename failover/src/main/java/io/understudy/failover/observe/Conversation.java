package io.understudy.failover.observe;

import io.lettuce.core.api.async.RedisAsyncCommands;
import io.understudy.failover.link.Credentials;
import io.understudy.failover.link.Heard;
import io.understudy.failover.link.Link;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is asked and heard on one connection. At most one PING and one reading are under way at a
 * time. Confined to the group's thread.
 */
final class Conversation {
  /** How other keepers know one another among a server's clients. */
  static final String NAME_PREFIX = "understudy-keeper:";

  private static final Pattern KEEPER_NAME = Pattern.compile("\\bname=" + NAME_PREFIX + "(\\S+)");

  /** What a question is about. */
  enum Question {
    PING,
    INFO
  }

  /** Is told what each reply says. */
  interface Listener {
    void heard(Conversation from, Question question, Answer answer);
  }

  /** The shortest wait between the end of a reading and the next. */
  private static final long MIN_GAP_NANOS = Duration.ofMillis(4).toNanos();

  /** The same for the first readings that somebody waits for, as clients do in a switchover. */
  private static final long QUICK_GAP_NANOS = 250_000;

  /** So many readings in a row are quick: a server that is asked for long has other work, too. */
  private static final int QUICK_READINGS = 32;

  /** A reading so long after the one before begins a row. */
  private static final long ROW_ENDS_NANOS = Duration.ofMillis(20).toNanos();

  /** With more clients than this, listing them would keep the server from its work. */
  private static final int MAX_CLIENTS_TO_LIST = 5_000;

  /** Redis 6.0 is the oldest supported; every Valkey calls itself Redis 7.2. */
  private static final int OLDEST_MAJOR = 6;

  private static final String MIN_REPLICAS = "min-replicas-to-write";
  private static final String PASSWORD = "requirepass";
  private static final String UPSTREAM_PASSWORD = "masterauth";
  private static final String PING_PERIOD = "repl-ping-replica-period";

  private final Link link;
  private final Optional<Credentials> credentials;
  private final String owner;
  private final Cadence cadence;
  private final RunMemory memory;
  private final Executor thread;
  private final LongSupplier clock;
  private final Listener listener;

  private OptionalLong pingSentNanos = OptionalLong.empty();
  private OptionalLong readingSentNanos = OptionalLong.empty();
  private long nextPingNanos;
  private long lastReadingNanos;
  private int readingsInRow;
  private long openedNanos;
  private boolean answered;
  private boolean introduced;
  private boolean manyClients;
  private boolean wantKeepers;
  private @Nullable String authRefusal;
  private @Nullable Answer nameRefusal;

  Conversation(
      Link link,
      Optional<Credentials> credentials,
      String owner,
      Cadence cadence,
      RunMemory memory,
      Executor thread,
      LongSupplier clock,
      Listener listener) {
    this.link = link;
    this.credentials = credentials;
    this.owner = owner;
    this.cadence = cadence;
    this.memory = memory;
    this.thread = thread;
    this.clock = clock;
    this.listener = listener;
  }

  Link link() {
    return link;
  }

  long openedNanos() {
    return openedNanos;
  }

  /** Whether any reply ever came on this connection. */
  boolean wasAnswered() {
    return answered;
  }

  boolean isReading() {
    return readingSentNanos.isPresent();
  }

  /** When the oldest question without a reply was sent; {@code nowNanos} when none waits. */
  long unansweredSinceNanos(long nowNanos) {
    long since = nowNanos;
    if (pingSentNanos.isPresent()) {
      since = pingSentNanos.getAsLong();
    }
    if (readingSentNanos.isPresent() && readingSentNanos.getAsLong() - since < 0) {
      since = readingSentNanos.getAsLong();
    }
    return since;
  }

  /** From the next reading on, looks which keepers are connected, unless that costs too much. */
  void lookForKeepers(boolean wanted) {
    wantKeepers = wanted && !manyClients;
  }

  /** Introduces the keeper and reads everything for the first time. */
  void greet(long nowNanos) {
    openedNanos = nowNanos;
    nextPingNanos = nowNanos + cadence.pingEvery().toNanos();
    read(nowNanos);
  }

  void forget(long nowNanos) {
    pingSentNanos = pingSentNanos.isPresent() ? OptionalLong.of(nowNanos) : pingSentNanos;
    readingSentNanos = readingSentNanos.isPresent() ? OptionalLong.of(nowNanos) : readingSentNanos;
  }

  void advance(long nowNanos, boolean wantReading) {
    if (pingSentNanos.isEmpty() && nowNanos - nextPingNanos >= 0) {
      ping(nowNanos);
    }
    if (readingSentNanos.isEmpty() && nowNanos - nextReadingNanos(wantReading) >= 0) {
      read(nowNanos);
    }
  }

  long nextNanos(long nowNanos, boolean wantReading) {
    long silence = unansweredSinceNanos(nowNanos) + cadence.silentAfter().toNanos();
    long next = silence - nowNanos > 0 ? silence : nowNanos + cadence.silentAfter().toNanos();
    if (pingSentNanos.isEmpty()) {
      next = Math.min(next - nowNanos, nextPingNanos - nowNanos) + nowNanos;
    }
    if (readingSentNanos.isEmpty()) {
      next = Math.min(next - nowNanos, nextReadingNanos(wantReading) - nowNanos) + nowNanos;
    }
    return next;
  }

  private long nextReadingNanos(boolean wantReading) {
    long quickest = readingsInRow < QUICK_READINGS ? QUICK_GAP_NANOS : MIN_GAP_NANOS;
    return lastReadingNanos + (wantReading ? quickest : cadence.infoEvery().toNanos());
  }

  private void ping(long nowNanos) {
    pingSentNanos = OptionalLong.of(nowNanos);
    Heard.then(link.commands().ping(), thread, this::pinged);
  }

  private void pinged(Heard<String> pong) {
    pingSentNanos = OptionalLong.empty();
    nextPingNanos = clock.getAsLong() + cadence.pingEvery().toNanos();
    tell(
        Question.PING,
        pong.failure() == null ? new Answer.Fine() : Answer.ofFailure(pong.failure()));
  }

  private void read(long nowNanos) {
    readingsInRow = nowNanos - lastReadingNanos < ROW_ENDS_NANOS ? readingsInRow + 1 : 0;
    readingSentNanos = OptionalLong.of(nowNanos);
    RedisAsyncCommands<String, String> commands = link.commands();
    if (!introduced) {
      introduce(commands);
    }
    var info = Heard.of(commands.info());
    var mark = Heard.of(commands.get(EpochMark.KEY));
    // One question each: 6.0 takes one name at a time.
    var least = Heard.of(commands.configGet(MIN_REPLICAS));
    var period = Heard.of(commands.configGet(PING_PERIOD));
    var password = Heard.of(commands.configGet(PASSWORD));
    var masterauth = Heard.of(commands.configGet(UPSTREAM_PASSWORD));
    var clients =
        wantKeepers
            ? Heard.of(commands.clientList())
            : CompletableFuture.completedFuture(new Heard<String>(null, null));
    Heard.then(
        CompletableFuture.allOf(info, mark, least, period, password, masterauth, clients),
        thread,
        all ->
            readingEnded(
                nowNanos,
                info.join(),
                mark.join(),
                new RunMemory.Settings(
                    number(least.join(), MIN_REPLICAS), number(period.join(), PING_PERIOD),
                    isSet(password.join(), PASSWORD), isSet(masterauth.join(), UPSTREAM_PASSWORD)),
                clients.join()));
  }

  private void introduce(RedisAsyncCommands<String, String> commands) {
    credentials.ifPresent(
        c ->
            Heard.then(
                c.username().isPresent()
                    ? commands.auth(c.username().get(), c.password())
                    : commands.auth(c.password()),
                thread,
                this::authEnded));
    Heard.then(commands.clientSetname(NAME_PREFIX + owner), thread, this::nameEnded);
    Heard.then(
        commands.clientId(),
        thread,
        id -> {
          if (id.value() != null) {
            link.confirmClientId(id.value());
          }
        });
  }

  private void authEnded(Heard<String> auth) {
    authRefusal = auth.failure() == null ? null : auth.failureText();
  }

  /**
   * The name is how an order whose reply was lost is found again, so it is needed. It is also the
   * first thing that is said, and so the first that something else than a server misunderstands.
   */
  private void nameEnded(Heard<String> name) {
    nameRefusal =
        switch (Answer.ofFailure(name.failure())) {
          case Answer.NoPerm refusal -> refusal;
          case Answer.NotRedis refusal -> refusal;
          case Answer other -> null;
        };
  }

  private void readingEnded(
      long askedNanos,
      Heard<String> info,
      Heard<String> mark,
      RunMemory.Settings settings,
      Heard<String> clients) {
    String text = info.value();
    if (text == null) {
      Answer refusal = Answer.ofFailure(info.failure());
      finishReading(
          refusal instanceof Answer.Lost && nameRefusal instanceof Answer.NotRedis other
              ? other
              : refusal);
      return;
    }
    InfoText fields = InfoText.parse(text);
    Answer unusable = unusable(fields);
    if (unusable == null && Answer.ofFailure(mark.failure()) instanceof Answer.NoPerm denied) {
      unusable = denied;
    }
    if (unusable == null) {
      unusable = nameRefusal;
    }
    if (unusable != null) {
      finishReading(unusable);
      return;
    }
    introduced = true;
    manyClients = fields.number("connected_clients").orElse(0) > MAX_CLIENTS_TO_LIST;
    take(askedNanos, fields, markOf(mark), settings, Optional.ofNullable(clients.value()));
  }

  private void take(
      long askedNanos,
      InfoText fields,
      MarkReading mark,
      RunMemory.Settings settings,
      Optional<String> clients) {
    NodeFacts facts =
        memory.take(fields, mark, settings, clients.map(Conversation::keepers), askedNanos);
    link.confirmRun(facts.runId());
    finishReading(
        facts.loading()
            ? new Answer.Loading(fields.number("loading_eta_seconds"))
            : new Answer.Fine());
  }

  private void finishReading(Answer answer) {
    readingSentNanos = OptionalLong.empty();
    lastReadingNanos = clock.getAsLong();
    String refusal = authRefusal;
    tell(
        Question.INFO,
        answer instanceof Answer.NoAuth && refusal != null ? new Answer.NoAuth(refusal) : answer);
  }

  private void tell(Question question, Answer answer) {
    if (answer instanceof Answer.Lost) {
      return; // the end of the connection is told by the connection itself
    }
    answered = true;
    listener.heard(this, question, answer);
  }

  /** Why a server that answers INFO cannot be looked after; null when it can. */
  private static @Nullable Answer unusable(InfoText info) {
    String mode = info.text("redis_mode").or(() -> info.text("server_mode")).orElse("");
    if (info.text("run_id").isEmpty() || info.text("role").isEmpty()) {
      return mode.equals("sentinel")
          ? new Answer.NotRedis("it is a Sentinel; name the servers that it watches instead")
          : new Answer.NotRedis("its INFO has no run_id");
    }
    if (mode.equals("sentinel")) {
      return new Answer.NotRedis("it is a Sentinel; name the servers that it watches instead");
    }
    if (info.text("understudy_feed").isPresent()) {
      // It says that it is a primary, and has replicas, but no data that anybody could be served.
      return new Answer.NotRedis("it is a replication feed of Understudy, which holds no data");
    }
    if (mode.equals("cluster") || info.isOne("cluster_enabled")) {
      return new Answer.ClusterMode();
    }
    String version = info.text("redis_version").orElse("");
    return isTooOld(version) ? new Answer.TooOld(RunMemory.version(info)) : null;
  }

  private static boolean isTooOld(String redisVersion) {
    int dot = redisVersion.indexOf('.');
    try {
      return dot > 0 && Integer.parseInt(redisVersion.substring(0, dot)) < OLDEST_MAJOR;
    } catch (NumberFormatException e) {
      return false; // a version that is not a number belongs to a build that somebody made
    }
  }

  private static MarkReading markOf(Heard<String> mark) {
    if (mark.failure() == null) {
      return MarkReading.of(Optional.ofNullable(mark.value()).map(EpochMark::parse));
    }
    String message = mark.failureText();
    return message.startsWith("WRONGTYPE")
        ? MarkReading.of(Optional.of(EpochMark.parse(message)))
        : MarkReading.UNREADABLE;
  }

  /** Only whether there is a secret is looked at; the secret itself is forgotten with the reply. */
  private static Optional<Boolean> isSet(Heard<Map<String, String>> setting, String name) {
    Map<String, String> values = setting.value();
    String value = values == null ? null : values.get(name);
    return value == null ? Optional.empty() : Optional.of(!value.isEmpty());
  }

  private static OptionalLong number(Heard<Map<String, String>> setting, String name) {
    Map<String, String> values = setting.value();
    String value = values == null ? null : values.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
  }

  private static Set<String> keepers(String clientList) {
    Set<String> owners = new HashSet<>();
    Matcher name = KEEPER_NAME.matcher(clientList);
    while (name.find()) {
      owners.add(name.group(1));
    }
    return owners;
  }
}
