package io.understudy.failover.decide;

/**
 * A condition inside the rules that keeps data safe. All are always in force; only the test that
 * proves each of them necessary leaves one out.
 */
public enum Guard {
  /** A node is the run that was published, not whatever answers at its address. */
  IDENTITY_IS_THE_RUN("a node is known by its run id, never by its address alone"),
  /** Outputs hold requests before anything moves. */
  WITHDRAW_FIRST("the old primary is withdrawn from every output before a node is promoted"),
  /** Nothing moves while candidates are compared. */
  GATE_BEFORE_CHOICE("every node in reach follows nothing before the candidates are compared"),
  /** Offsets are those after the gate. */
  READ_AGAIN("the candidates are compared by what they say after the gate closed"),
  /** A lost reply leaves an order open. */
  UNKNOWN_STAYS_OPEN("an order whose reply was lost stays open in the journal"),
  /** Never promote what refuses by configuration. */
  NEVER_PRIORITY_ZERO("replica-priority 0 is never promoted"),
  /** Never promote where the operator forbids it. */
  NEVER_WHERE_FORBIDDEN("a node with priority: never, or in a forbidden zone, is never promoted"),
  /** Never promote other data, or none. */
  ONLY_THIS_HISTORY(
      "a node that was never synced, or holds another replication history, is never promoted"),
  /** A history may change unseen. */
  UNSEEN_HISTORY_COUNTS(
      "a primary that nobody followed when it was last read takes another replication history with"
          + " its first replica: who carries the mark of its reign and a history that nobody knew"
          + " holds more than those that never followed it"),
  /** Never promote what misses too many bytes. */
  NEVER_TOO_FAR_BEHIND("a node that misses more than maxLagBytes is never promoted"),
  /** Never promote what was cut off too long. */
  NEVER_CUT_OFF_TOO_LONG("a node that was cut off for longer than maxLagTime is never promoted"),
  /** Most data first. */
  MOST_DATA_FIRST("the candidate with the most data is tried first"),
  /** An idle primary is not silent. */
  IDLE_IS_NOT_SILENT(
      "a primary is not silent before a replica with its link up has heard nothing for longer than"
          + " the primary's ping period"),
  /** A switchover leaves nothing behind. */
  LAST_BYTE_BEFORE_SWITCH(
      "a switchover promotes its target only when that holds the last byte of the gated old"
          + " primary"),
  /** Another owner's servers are left alone. */
  FOREIGN_OWNER("servers that carry another living keeper's mark are not touched"),
  /** Whoever answers with an error is alive. */
  ERRORS_ARE_LIFE("a primary that answers with an error (BUSY, NOAUTH, NOPERM) is alive"),
  /** Which of two datasets lives on is a person's choice. */
  DIFFERENT_DATA_IS_REFUSED(
      "of several primaries with different data none is made the first, unless onConflict is"
          + " freshest"),
  /** Two keepers do not both begin with servers that say nothing of either. */
  ALONE_WHERE_UNMARKED(
      "where no server carries this keeper's mark, no primary is made while another keeper is"
          + " connected"),
  /** An address may be mistyped. */
  NEWCOMERS_KEEP_THEIR_DATA(
      "a node that was added and holds data of its own is left alone, unless it may be replaced"),
  /** Durability: a vote is a run's. */
  VOTERS_ARE_RUNS(
      "with durability, only a run that was enrolled in its reign counts as a voter: a replica that"
          + " was started again from an older file has the same history and less data"),
  /** Durability: any acknowledged write is among what is heard. */
  ENOUGH_VOTERS(
      "with durability, n - k + 1 of the n voters are gated and read before a node is promoted,"
          + " when k of them have every acknowledged write"),
  /** Durability: what the server counts beside the voters. */
  OTHERS_HAVE_NO_VOTE(
      "with durability, as many more must have a write as are attached to the primary and have no"
          + " vote"),
  /** Durability: no gap between two electorates. */
  FORMER_VOTERS_COUNT(
      "with durability, former voters must be heard too, until the present ones hold everything"
          + " that was acknowledged by the former"),
  /** Without the coordinator: outputs end before another begins. */
  DOUBT_IS_WAITED_OUT(
      "where outputs may go on without the coordinator, a replica of each publication by which they"
          + " may is away from the primary for longer than they can believe in it, before another"
          + " node is promoted"),
  /** Servers that know more than the journal are not overruled. */
  JOURNAL_IS_NEWEST("a journal that is older than the servers' marks is not acted upon");

  private final String sentence;

  Guard(String sentence) {
    this.sentence = sentence;
  }

  /** What it demands, for the documentation. */
  public String sentence() {
    return sentence;
  }
}
