package io.understudy.proxy.observe;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often clients got which error, by its first word. Words that are not known are one kind,
 * because scripts can make up any.
 *
 * <p>Written by one thread, read by any, which sees each number a moment late.
 */
public final class ErrorKinds {
  /** The kind of all others. */
  public static final String OTHER = "other";

  private static final List<String> KINDS =
      List.of(
          "ERR",
          "WRONGTYPE",
          "NOAUTH",
          "WRONGPASS",
          "NOPERM",
          "NOSCRIPT",
          "OOM",
          "READONLY",
          "LOADING",
          "BUSY",
          "NOTBUSY",
          "MISCONF",
          "MASTERDOWN",
          "NOREPLICAS",
          "NOPROTO",
          "EXECABORT",
          "CROSSSLOT",
          "BUSYKEY",
          "BUSYGROUP",
          "NOGROUP",
          "UNBLOCKED",
          "UNKNOWNOUTCOME",
          "UNAVAILABLE",
          OTHER);

  private static final Map<String, Integer> PLACES = places();

  private final AtomicLongArray counts = new AtomicLongArray(KINDS.size());

  /** Starts from zero. */
  public ErrorKinds() {}

  private static Map<String, Integer> places() {
    Map<String, Integer> places = new HashMap<>();
    for (String kind : KINDS) {
      places.put(kind, places.size());
    }
    return Map.copyOf(places);
  }

  /**
   * Counts one. On the writing thread.
   *
   * @param text how the error begins, without the sign of its type
   */
  public void add(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) > ' ') {
      end++;
    }
    int place = PLACES.getOrDefault(text.substring(0, end), KINDS.size() - 1);
    counts.setRelease(place, counts.getPlain(place) + 1);
  }

  /** Those that occurred, by kind. Any thread. */
  public Map<String, Long> read() {
    Map<String, Long> read = new LinkedHashMap<>();
    for (int place = 0; place < KINDS.size(); place++) {
      long count = counts.getAcquire(place);
      if (count > 0) {
        read.put(KINDS.get(place), count);
      }
    }
    return read;
  }
}
