package io.understudy.bench.chaos;

import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares what clients were told with what the primary holds. */
final class Audit {
  private static final int OLD_KEYS = 500;
  private long lost;
  private long doubled;
  private long falselyRefused;
  private final List<String> violations = new ArrayList<>();

  private Audit() {}

  /** Data that is there before the first fault, and must stay. */
  static void writeOldKeys(RespClient primary) throws IOException {
    for (int i = 0; i < OLD_KEYS; i++) {
      primary.call("SET", oldKey(i), "kept").text();
    }
  }

  private static String oldKey(int i) {
    return "old:" + i;
  }

  /**
   * Looks at everything, and deletes what the schedule wrote.
   *
   * @param flaw what was still wrong when patience ended; empty when all was well
   * @param mayLose whether the schedule may lose writes that were acknowledged
   * @param forced whether a person had to choose the primary
   */
  static Outcome of(
      Schedule schedule,
      List<Fates> fates,
      RespClient primary,
      long wholeNanos,
      String flaw,
      boolean mayLose,
      boolean forced)
      throws IOException {
    Audit audit = new Audit();
    for (int writer = 0; writer < fates.size(); writer++) {
      audit.look(schedule.number(), writer, fates.get(writer), primary);
    }
    long past = ofThePast(fates);
    audit.demand(flaw.isEmpty(), "not whole 30 s after the healing: " + flaw);
    audit.demand(audit.doubled == 0, audit.doubled + " writes ran twice");
    audit.demand(audit.falselyRefused == 0, audit.falselyRefused + " refused writes ran");
    audit.demand(past == 0, past + " writes were taken by a primary after its successor");
    audit.demand(mayLose || audit.lost == 0, audit.lost + " acknowledged writes are lost");
    audit.demand(hasOldKeys(primary), "data from before the first fault is gone");
    return new Outcome(
        schedule,
        fates.stream().mapToLong(Fates::outageNanos).max().orElse(0),
        wholeNanos,
        count(fates, Fates.Fate.ACKNOWLEDGED),
        count(fates, Fates.Fate.UNKNOWN),
        count(fates, Fates.Fate.REFUSED),
        audit.lost,
        audit.doubled,
        audit.falselyRefused,
        past,
        forced,
        audit.violations);
  }

  private void demand(boolean kept, String otherwise) {
    if (!kept) {
      violations.add(otherwise);
    }
  }

  private static long count(List<Fates> all, Fates.Fate fate) {
    return all.stream().mapToLong(f -> f.count(fate)).sum();
  }

  private static boolean hasOldKeys(RespClient primary) throws IOException {
    String[] command = new String[OLD_KEYS + 1];
    command[0] = "EXISTS";
    for (int i = 0; i < OLD_KEYS; i++) {
      command[i + 1] = oldKey(i);
    }
    return primary.call(command) instanceof Reply.Whole(long there) && there == OLD_KEYS;
  }

  private void look(int schedule, int writer, Fates fates, RespClient primary) throws IOException {
    Map<Integer, Integer> ran = new HashMap<>();
    int next = fates.writes().stream().mapToInt(Fates.Write::id).max().orElse(-1) + 1;
    for (int first = 0; first < next; first += Writers.IDS_PER_KEY) {
      String key = Writers.key(schedule, writer, first);
      if (primary.call("HGETALL", key) instanceof Reply.Items(List<Reply> pairs)) {
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
          ran.put(Integer.parseInt(pairs.get(i).text()), Integer.parseInt(pairs.get(i + 1).text()));
        }
      }
      primary.call("UNLINK", key);
    }
    for (Fates.Write write : fates.writes()) {
      int times = ran.getOrDefault(write.id(), 0);
      lost += times == 0 && write.fate() == Fates.Fate.ACKNOWLEDGED ? 1 : 0;
      doubled += times > 1 ? 1 : 0;
      falselyRefused += times > 0 && write.fate() == Fates.Fate.REFUSED ? 1 : 0;
    }
  }

  /** Writes that were sent when a later reign had already answered somebody. */
  static long ofThePast(List<Fates> fates) {
    List<Fates.Write> known =
        fates.stream()
            .flatMap(f -> f.writes().stream())
            .filter(w -> w.fate() == Fates.Fate.ACKNOWLEDGED && w.reign() >= 0)
            .toList();
    List<Fates.Write> bySending =
        known.stream().sorted(Comparator.comparingLong(Fates.Write::sentNanos)).toList();
    List<Fates.Write> byAnswer =
        known.stream().sorted(Comparator.comparingLong(Fates.Write::answeredNanos)).toList();
    long newest = -1;
    int answered = 0;
    long past = 0;
    for (Fates.Write write : bySending) {
      while (answered < byAnswer.size()
          && byAnswer.get(answered).answeredNanos() < write.sentNanos()) {
        newest = Math.max(newest, byAnswer.get(answered++).reign());
      }
      past += write.reign() < newest ? 1 : 0;
    }
    return past;
  }
}
