package io.understudy.failover.hook;

import io.understudy.failover.decide.Request;
import io.understudy.topology.Address;
import java.util.Optional;

/**
 * Whether a node may be added or removed.
 *
 * @param point before which
 * @param node which
 * @param by who asks
 */
public record MembershipQuestion(HookPoint point, Address node, String by) {

  /** The question that a request raises; empty when it changes no membership. */
  public static Optional<MembershipQuestion> of(Request request) {
    return switch (request) {
      case Request.AddNode add ->
          Optional.of(new MembershipQuestion(HookPoint.BEFORE_ADD, add.node(), add.by()));
      case Request.RemoveNode remove ->
          Optional.of(new MembershipQuestion(HookPoint.BEFORE_REMOVE, remove.node(), remove.by()));
      case Request.Switchover r -> Optional.empty();
      case Request.ForcedFailover r -> Optional.empty();
      case Request.PauseFor r -> Optional.empty();
      case Request.Resume r -> Optional.empty();
      case Request.Acknowledge r -> Optional.empty();
      case Request.SwitchoverAt r -> Optional.empty();
      case Request.Cancel r -> Optional.empty();
    };
  }
}
