package io.understudy.proxy.route;

import java.time.Duration;

/**
 * The bounds of everything that could grow.
 *
 * @param maxClients clients at the same time; one more is told so and closed
 * @param clientBytes what is kept of one client's request, or of several groups' replies to it
 * @param totalBytes what may wait for all clients together; beyond, the next that grows is closed
 * @param hold how long a command may wait for a primary, from its arrival on
 * @param heldCommands how many commands of a group may wait for a primary, per event loop
 * @param heldBytes how many bytes of commands of a group may wait, per event loop
 * @param idleTimeout after which a client that sends nothing is closed; zero for never
 * @param commandsPerTurn how many commands of one client are forwarded before others have a turn
 * @param commandsInFlight how many unanswered commands of one client there may be before it is no
 *     longer read
 * @param resumedPerTurn how many held commands go out in one turn when a primary is there
 * @param streamedRequestBytes an argument longer than this, or a command of which this much has
 *     come without its end, goes over a connection of its own
 * @param heavyReplyBytes a shared connection that carries a reply longer than this takes no more
 *     commands
 * @param maxBackends connections to nodes per event loop and group
 * @param observing what is looked at more closely
 * @param output what may wait to be written to one client that reads slowly; beyond, it is closed
 */
public record Limits(
    int maxClients,
    long clientBytes,
    long totalBytes,
    Duration hold,
    int heldCommands,
    long heldBytes,
    Duration idleTimeout,
    int commandsPerTurn,
    int commandsInFlight,
    int resumedPerTurn,
    int streamedRequestBytes,
    int heavyReplyBytes,
    int maxBackends,
    Observing observing,
    OutputLimit.Classes output) {
  /** Those of clients that read slowly as usual. */
  public Limits(
      int maxClients,
      long clientBytes,
      long totalBytes,
      Duration hold,
      int heldCommands,
      long heldBytes,
      Duration idleTimeout,
      int commandsPerTurn,
      int commandsInFlight,
      int resumedPerTurn,
      int streamedRequestBytes,
      int heavyReplyBytes,
      int maxBackends,
      Observing observing) {
    this(
        maxClients,
        clientBytes,
        totalBytes,
        hold,
        heldCommands,
        heldBytes,
        idleTimeout,
        commandsPerTurn,
        commandsInFlight,
        resumedPerTurn,
        streamedRequestBytes,
        heavyReplyBytes,
        maxBackends,
        observing,
        OutputLimit.Classes.usual(clientBytes));
  }

  /** The same for other readers. */
  public Limits with(OutputLimit.Classes others) {
    return new Limits(
        maxClients,
        clientBytes,
        totalBytes,
        hold,
        heldCommands,
        heldBytes,
        idleTimeout,
        commandsPerTurn,
        commandsInFlight,
        resumedPerTurn,
        streamedRequestBytes,
        heavyReplyBytes,
        maxBackends,
        observing,
        others);
  }

  /** What holds unless something else is configured. */
  public static final Limits DEFAULT =
      new Limits(
          10_000,
          32L << 20,
          512L << 20,
          Duration.ofSeconds(15),
          100_000,
          64L << 20,
          Duration.ZERO,
          256,
          1_024,
          1_024,
          64 << 10,
          256 << 10,
          4_096,
          Observing.DEFAULT);

  /** Refuses bounds that would refuse everything. */
  public Limits {
    if (maxClients < 1
        || clientBytes < 1
        || totalBytes < 1
        || hold.isNegative()
        || heldCommands < 0
        || heldBytes < 0
        || idleTimeout.isNegative()
        || commandsPerTurn < 1
        || commandsInFlight < 1
        || resumedPerTurn < 1
        || streamedRequestBytes < 1
        || heavyReplyBytes < 1
        || maxBackends < 1) {
      throw new IllegalArgumentException(
          "a limit of the proxy is negative, or zero where it must not be");
    }
  }
}
