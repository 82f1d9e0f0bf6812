package io.understudy.failover.decide;

/**
 * What one turn of {@link GroupMachine} asks for. The driver does exactly this, in this order:
 *
 * <ol>
 *   <li>sends the {@link Action.Gate}s among the decision's actions, because a replica may lose its
 *       data within 70 ms; a gate that the journal never heard of costs a resync and nothing else;
 *   <li>makes {@link #journal} durable, if it {@link GroupJournal#mustBeSaved must be saved};
 *   <li>if that fails, performs nothing more of this step, goes on with the journal it passed in,
 *       and tries again at the next turn; the outcome of a gate it sent is then dropped;
 *   <li>performs the other actions, without waiting for one before the next.
 * </ol>
 *
 * <p>The journal in memory is {@link #journal} before any outcome is told: an outcome always comes
 * in a later turn, even that of an order that could not be sent.
 *
 * <p>The next turn comes with every new fact, with every outcome, and at the latest after {@link
 * GroupMachine#MAX_TURN}.
 *
 * @param decision the rule that held, its reason, the actions
 * @param journal what must be remembered from now on
 */
public record Step(Decision decision, GroupJournal journal) {}
