package io.understudy.bench.chaos;

import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that write numbered things, one after another, during one schedule. A write adds 1 to a
 * field of its own, so it shows how often it ran; it is never sent twice. Beside it, each client
 * reads the mark that tells whose reign it is, from the same server.
 */
final class Writers {
  /** After so long a client gives a connection up, and does not know what became of its write. */
  static final Duration REPLY_DEADLINE = Duration.ofSeconds(4);

  static final int IDS_PER_KEY = 1_000;
  private static final String MARK = "{understudy}:epoch";
  private static final String SCRIPT =
      "redis.call('hincrby', KEYS[1], ARGV[1], 1); return redis.call('get', KEYS[2])";
  private static final int PER_HOME = 2;
  private static final long PAUSE_NANOS = 4_000_000;
  private static final long RETRY_NANOS = 25_000_000;
  private static final long LOOK_NANOS = 100_000_000;

  private final Subject subject;
  private final int schedule;
  private final AtomicBoolean ending = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Fates> fates = new ArrayList<>();

  /** For each lot of clients, how often its connections were found to be of the past. */
  private final AtomicIntegerArray deposed = new AtomicIntegerArray(Host.CLIENTS.size());

  private final long[] reigns = new long[Host.CLIENTS.size()];

  Writers(Subject subject, int schedule) {
    this.subject = subject;
    this.schedule = schedule;
  }

  void start() {
    for (int home = 0; home < Host.CLIENTS.size(); home++) {
      int lot = home;
      if (subject instanceof SentinelSubject sentinels) {
        threads.add(Thread.ofPlatform().start(() -> watch(sentinels, lot)));
      }
      for (int i = 0; i < PER_HOME; i++) {
        int writer = fates.size();
        boolean scripted = i == 1;
        Fates own = new Fates(System.nanoTime());
        fates.add(own);
        threads.add(Thread.ofPlatform().start(() -> write(lot, writer, scripted, own)));
      }
    }
  }

  /** Lets them finish what they do, and waits. */
  void end() throws InterruptedException {
    ending.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  List<Fates> fates() {
    return fates;
  }

  static String key(int schedule, int writer, int id) {
    return "write:" + schedule + ":" + writer + ":" + id / IDS_PER_KEY;
  }

  private void watch(SentinelSubject sentinels, int home) {
    while (!ending.get()) {
      long known;
      synchronized (reigns) {
        known = reigns[home];
      }
      if (sentinels.isDeposed(home, known)) {
        deposed.incrementAndGet(home);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void write(int home, int writer, boolean scripted, Fates own) {
    int attempt = 0;
    int id = 0;
    while (!ending.get()) {
      int before = deposed.get(home);
      try {
        Subject.Connected connected = subject.connect(home, attempt);
        try (RespClient client = connected.client()) {
          note(home, connected.reign());
          while (!ending.get() && deposed.get(home) == before) {
            one(client, connected.reign(), writer, id++, scripted, own);
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        }
      } catch (IOException e) {
        attempt++;
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
    own.end(System.nanoTime());
  }

  private void note(int home, long reign) {
    synchronized (reigns) {
      reigns[home] = Math.max(reigns[home], reign);
    }
  }

  private void one(RespClient client, long reign, int writer, int id, boolean scripted, Fates own)
      throws IOException {
    String key = key(schedule, writer, id);
    String field = Integer.toString(id);
    long sent = System.nanoTime();
    Reply reply;
    long answered;
    Reply mark;
    try {
      if (scripted) {
        reply = client.call("EVAL", SCRIPT, "2", key, MARK, field);
        answered = System.nanoTime();
        mark = reply;
      } else {
        client.send("HINCRBY", key, field, "1");
        client.send("GET", MARK);
        reply = client.read();
        answered = System.nanoTime();
        mark = new Reply.Nothing();
      }
    } catch (IOException e) {
      own.add(new Fates.Write(id, Fates.Fate.UNKNOWN, sent, System.nanoTime(), -1));
      throw e;
    }
    if (scripted) {
      own.add(new Fates.Write(id, fate(reply), sent, answered, reign < 0 ? reign(mark) : reign));
      stopIfNoPrimary(reply);
      return;
    }
    // The write's fate is known already, whatever becomes of the reading beside it.
    long told = reign;
    try {
      mark = client.read();
      told = reign < 0 ? reign(mark) : reign;
    } finally {
      own.add(new Fates.Write(id, fate(reply), sent, answered, told));
    }
    stopIfNoPrimary(reply);
  }

  /** A client of servers themselves connects anew when it finds that its server is no primary. */
  private void stopIfNoPrimary(Reply reply) throws IOException {
    if (subject instanceof SentinelSubject && reply instanceof Reply.Failure(String message)) {
      throw new IOException(message);
    }
  }

  private static Fates.Fate fate(Reply reply) {
    if (!(reply instanceof Reply.Failure(String message))) {
      return Fates.Fate.ACKNOWLEDGED;
    }
    return message.startsWith("UNKNOWNOUTCOME") || message.startsWith("NOTREPLICATED")
        ? Fates.Fate.UNKNOWN
        : Fates.Fate.REFUSED;
  }

  /** The mark begins with the number of the reign. */
  private static long reign(Reply mark) {
    if (!(mark instanceof Reply.Text(String text))) {
      return -1;
    }
    String digits = text.replaceFirst("\\D.*", "");
    return digits.isEmpty() ? -1 : Long.parseLong(digits);
  }
}
