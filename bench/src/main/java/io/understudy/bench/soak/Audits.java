package io.understudy.bench.soak;

import java.util.List;
import java.util.TreeSet;

/** Adds audits of one kind up. */
final class Audits {
  private Audits() {}

  /**
   * The sum over several clients.
   *
   * @param all at least one, all of the same kind
   */
  static Audit sum(List<Audit> all) {
    TreeSet<String> refusals = new TreeSet<>();
    all.stream().map(Audit::refusals).filter(text -> !text.isEmpty()).forEach(refusals::add);
    return new Audit(
        all.getFirst().name(),
        all.stream().mapToInt(Audit::requests).sum(),
        all.stream().mapToInt(Audit::done).sum(),
        all.stream().mapToInt(Audit::unknown).sum(),
        all.stream().mapToInt(Audit::refused).sum(),
        all.stream().mapToInt(Audit::broken).sum(),
        all.stream().mapToInt(Audit::lost).sum(),
        all.stream().mapToInt(Audit::twice).sum(),
        all.stream().mapToInt(Audit::ranThoughRefused).sum(),
        String.join("; ", refusals));
  }
}
