package io.understudy.app.demo;

import io.understudy.app.wiring.StartException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * The demo's two forms.
 *
 * @param server a redis-server or valkey-server, or {@code embedded}; empty for the first on the
 *     PATH
 * @param port where clients connect, or the next free one
 */
public record Demo(
    Optional<String> server,
    int port,
    PrintStream out,
    InstantSource clock,
    LongSupplier nanos,
    ThreadFactory threads) {

  /** Shows a screen until the visitor quits. */
  public void play() throws StartException {
    new InteractiveDemo(server, port, out, clock, nanos, threads).run();
  }

  /**
   * Changes the primary as planned, round after round under steady writes, and prints what clients
   * saw.
   *
   * @return whether nothing failed, was lost, ran twice or needed a full resync
   */
  public boolean switchovers(int rounds) throws StartException, IOException {
    return new SwitchoverDemo(server, port, nanos, threads).run(rounds, out);
  }

  /**
   * Plays rounds unattended and prints what they gave.
   *
   * @return whether every round was good: nothing failed, lost or run twice, one primary left
   */
  public boolean once(int rounds, boolean json) throws StartException, IOException {
    List<Round> played = new ArrayList<>();
    for (int i = 1; i <= rounds; i++) {
      Round round = new OnceDemo(server, port, nanos, threads).run();
      played.add(round);
      if (!json) {
        if (rounds == 1) {
          out.print(RoundText.one(round));
        } else {
          out.printf("round %d: longest pause %.1f ms%n", i, round.pauseMillis());
        }
        String name = rounds == 1 ? "" : "round " + i + ": ";
        round.complaint().ifPresent(complaint -> out.println(name + "NOT GOOD: " + complaint));
      }
    }
    boolean good = played.stream().allMatch(Round::isGood);
    if (json) {
      out.print(RoundText.json(played));
    } else {
      if (rounds > 1) {
        out.print(RoundText.summary(played));
      }
      out.println(
          good
              ? "GOOD: nothing failed, nothing was lost, nothing ran twice, one primary is left"
              : "NOT GOOD");
    }
    return good;
  }
}
