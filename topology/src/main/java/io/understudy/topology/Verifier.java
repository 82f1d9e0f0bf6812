package io.understudy.topology;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether the replicas of a primary bear it out, as the primary's own answers tell.
 *
 * <p>That a replica is called online proves nothing: its last word may have been on its way for
 * long, or have waited in a process that stood still. What proves something is its offset. When it
 * has acknowledged more than the primary had written when it answered an earlier question, then it
 * still followed the primary after that question was sent. So the lease counts from there, and
 * neither clocks of servers nor the time that anything travelled matter.
 *
 * <p>The proofs form a chain that begins while the coordinator vouches for the primary, and each
 * must come before the one before has run out. Once it is broken, only the coordinator can begin
 * another: a replica that follows again may have followed another primary meanwhile. Not
 * thread-safe.
 */
public final class Verifier {
  /** So many earlier answers are remembered; older ones are past every lease. */
  private static final int MOST_ANSWERS = 64;

  /**
   * What an earlier answer said.
   *
   * @param sentNanos when the question was sent
   * @param offset how much the primary had written when it answered
   */
  private record Earlier(long sentNanos, long offset) {}

  private final Deque<Earlier> earlier = new ArrayDeque<>();
  private Optional<Node> primary = Optional.empty();
  private Epoch epoch = Epoch.NONE;
  private String history = "";
  private boolean holding;
  private long untilNanos;

  /**
   * Takes an answer of the published run to {@code INFO replication}. Whoever asks makes sure that
   * no other run answers, and that the primary has something to write between two questions.
   *
   * @param under the newest publication, by which the run is primary
   * @param vouched whether the coordinator vouches for that publication now
   * @param sentNanos when the question was sent
   * @param nowNanos now, on the same clock
   */
  public void answered(
      Topology under, boolean vouched, long sentNanos, long nowNanos, String info) {
    Optional<Verification> terms = under.verification();
    Map<String, String> fields = fields(info);
    String id = fields.getOrDefault("master_replid", "");
    OptionalLong offset = number(fields.get("master_repl_offset"));
    boolean same =
        under.primary().equals(primary) && under.epoch().equals(epoch) && id.equals(history);
    if (!same) {
      forget();
    }
    if (terms.isEmpty()
        || under.primary().isEmpty()
        || !"master".equals(fields.get("role"))
        || id.isEmpty()
        || offset.isEmpty()) {
      forget();
      return;
    }
    primary = under.primary();
    epoch = under.epoch();
    history = id;
    OptionalLong followed = followedNanos(under.replicas(), fields);
    if (followed.isPresent()) {
      long until = followed.getAsLong() + terms.get().lease().toNanos();
      if ((vouched || holds(nowNanos)) && nowNanos - until < 0) {
        untilNanos = holding && until - untilNanos < 0 ? untilNanos : until;
        holding = true;
      }
    }
    earlier.addLast(new Earlier(sentNanos, offset.getAsLong()));
    if (earlier.size() > MOST_ANSWERS) {
      earlier.removeFirst();
    }
  }

  /** Whether the primary may be believed in. */
  public boolean holds(long nowNanos) {
    holding = holding && nowNanos - untilNanos < 0;
    return holding;
  }

  /** Until when, as far as is known; says something only while it {@link #holds}. */
  public long untilNanos() {
    return untilNanos;
  }

  /** What was found out so far counts no more. */
  public void forget() {
    holding = false;
    earlier.clear();
    primary = Optional.empty();
    history = "";
  }

  /** The latest moment at which all of them are known to have followed; empty if one is not. */
  private OptionalLong followedNanos(List<Node> replicas, Map<String, String> fields) {
    Map<String, OptionalLong> acknowledged = acknowledged(fields);
    OptionalLong all = OptionalLong.empty();
    for (Node replica : replicas) {
      OptionalLong reached =
          acknowledged.getOrDefault(
              replica.address().host() + " " + replica.address().port(), OptionalLong.empty());
      OptionalLong followed = reached.isEmpty() ? reached : sentBefore(reached.getAsLong());
      if (followed.isEmpty()) {
        return followed;
      }
      boolean first = all.isEmpty() || followed.getAsLong() - all.getAsLong() < 0;
      all = first ? followed : all;
    }
    return all;
  }

  /** When the last question was sent at whose answer not so much was written yet. */
  private OptionalLong sentBefore(long reached) {
    return earlier.stream()
        .filter(answer -> answer.offset() < reached)
        .mapToLong(Earlier::sentNanos)
        .reduce((first, second) -> second);
  }

  /** How far each that is online says it is; empty for an address that several call theirs. */
  private static Map<String, OptionalLong> acknowledged(Map<String, String> fields) {
    Map<String, OptionalLong> all = new HashMap<>();
    fields.forEach(
        (name, value) -> {
          if (name.matches("slave\\d+")) {
            Map<String, String> parts = parts(value);
            OptionalLong reached =
                "online".equals(parts.get("state"))
                    ? number(parts.get("offset"))
                    : OptionalLong.empty();
            all.merge(
                parts.get("ip") + " " + parts.get("port"),
                reached,
                (one, other) -> OptionalLong.empty());
          }
        });
    return all;
  }

  private static Map<String, String> fields(String info) {
    Map<String, String> all = new HashMap<>();
    info.lines()
        .map(String::strip)
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              if (colon > 0) {
                all.put(line.substring(0, colon), line.substring(colon + 1));
              }
            });
    return all;
  }

  /** Those of {@code ip=127.0.0.1,port=6380,state=online,offset=14,lag=1}. */
  private static Map<String, String> parts(String value) {
    Map<String, String> all = new HashMap<>();
    for (String each : value.split(",", -1)) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        all.put(each.substring(0, equals), each.substring(equals + 1));
      }
    }
    return all;
  }

  private static OptionalLong number(@Nullable String text) {
    return text != null && text.matches("\\d{1,18}")
        ? OptionalLong.of(Long.parseLong(text))
        : OptionalLong.empty();
  }
}
