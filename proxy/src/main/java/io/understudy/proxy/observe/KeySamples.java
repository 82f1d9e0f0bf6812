package io.understudy.proxy.observe;

import io.netty.buffer.ByteBuf;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import io.understudy.wire.scan.RequestLimits;
import io.understudy.wire.scan.RequestScanner;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A sample of the commands of one group on one event loop: which keys are asked for, and how large
 * they are. A run of commands is looked at when enough time has passed since the last, and one
 * command of it, taken at random, stands for all: so the cost is bounded however much comes.
 *
 * <p>Written by the loop, read by any thread; both take a lock, as often as there are samples.
 */
public final class KeySamples {
  /** Requests and replies below are not called large. */
  public static final int BIG_BYTES = 4 * 1024;

  /** How many large ones are looked at in a second, beside the samples. */
  private static final long BIG_PAUSE_NANOS = 5_000_000;

  private static final long SECOND_NANOS = 1_000_000_000;

  /** Of one command, so many keys are counted. */
  private static final int MOST_KEYS = 8;

  /** Half of the golden ratio's digits: its multiples are spread evenly. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final RequestLimits ANY = new RequestLimits(Long.MAX_VALUE, Integer.MAX_VALUE);

  private final HotKeys hot = new HotKeys();
  private final BigKeys big = new BigKeys();
  private final Arguments arguments = new Arguments();
  private final KeyFinder finder = new KeyFinder();
  private boolean begun;
  private boolean bigBegun;
  private long nextNanos;
  private long nextBigNanos;
  private long state;

  /** Empty at first. */
  public KeySamples() {}

  /** Whether a run should be looked at. On the loop. */
  public boolean isDue(long nowNanos) {
    return nowNanos - nextNanos >= 0 || !begun;
  }

  /**
   * Whether something large may be looked at now; if so, the next may be after a pause, whatever is
   * found. On the loop.
   */
  public boolean takesBig(long nowNanos) {
    boolean takes = nowNanos - nextBigNanos >= 0 || !bigBegun;
    if (takes) {
      bigBegun = true;
      nextBigNanos = nowNanos + BIG_PAUSE_NANOS;
    }
    return takes;
  }

  /**
   * Looks at one command of a run. On the loop.
   *
   * @param count how many commands there are in the bytes, all whole
   * @param perSecond how often this may be done
   */
  public void sample(
      ByteBuf bytes, int from, int to, int count, int database, long nowNanos, int perSecond) {
    begun = true;
    nextNanos = nowNanos + SECOND_NANOS / Math.max(1, perSecond);
    if (perSecond == 0 || count == 0) {
      return;
    }
    state += SPREAD;
    int which = (int) Long.remainderUnsigned(state >>> 16, count);
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(bytes, from, to);
    for (int i = 0; i <= which; i++) {
      if (scanner.next() != RequestScanner.Event.COMMAND) {
        return;
      }
    }
    int start = scanner.end() - (int) scanner.length();
    arguments.read(bytes, start);
    finder.find(scanner.command(), arguments);
    synchronized (this) {
      hot.age(nowNanos);
      for (int key = 0; key < Math.min(MOST_KEYS, finder.count()); key++) {
        hot.note(new KeyName(database, keyText(bytes, finder.argument(key))), count, nowNanos);
      }
      if (scanner.length() >= BIG_BYTES && finder.count() > 0) {
        KeyName key = new KeyName(database, keyText(bytes, finder.argument(0)));
        String name = scanner.command().name();
        big.note(new KeysSeen.Big(key, scanner.length(), false, name, nowNanos));
      }
    }
  }

  private String keyText(ByteBuf bytes, int argument) {
    int length = arguments.length(argument);
    int kept = Math.min(length, Excerpt.MOST_KEY);
    String text = bytes.toString(arguments.offset(argument), kept, StandardCharsets.ISO_8859_1);
    return kept < length ? text + "..." : text;
  }

  /**
   * Looks for the largest command of a run. On the loop.
   *
   * @param count how many commands there are in the bytes, all whole
   */
  public void largest(ByteBuf bytes, int from, int to, int count, int database, long nowNanos) {
    RequestScanner scanner = new RequestScanner(CommandTable.standard(), ANY);
    scanner.feed(bytes, from, to);
    long most = 0;
    int at = from;
    for (int i = 0; i < count && scanner.next() == RequestScanner.Event.COMMAND; i++) {
      if (scanner.length() > most) {
        most = scanner.length();
        at = scanner.end() - (int) scanner.length();
      }
    }
    int end = (int) Math.min(at + most, at + (long) Excerpt.MOST_BYTES);
    big(Excerpt.of(bytes, at, end), most, false, database, nowNanos);
  }

  /** Notes a large request or reply of a command's first key. On the loop. */
  public void big(Excerpt command, long length, boolean reply, int database, long nowNanos) {
    if (command.key().isEmpty() || length < BIG_BYTES) {
      return;
    }
    KeyName key = new KeyName(database, command.key());
    synchronized (this) {
      big.note(new KeysSeen.Big(key, length, reply, command.command(), nowNanos));
    }
  }

  /** Adds what was seen to what other loops saw; returns the weight of all commands. */
  synchronized double addTo(
      Map<KeyName, KeysSeen.Hot> hots, Map<KeyName, KeysSeen.Big> bigs, long nowNanos) {
    hot.age(nowNanos);
    hot.addTo(hots);
    big.addTo(bigs);
    return hot.total();
  }
}
