package io.understudy.failover.decide;

import io.understudy.topology.Address;
import java.util.Optional;

/**
 * What an operator, or a rule, made of one address beside what the configuration says of it.
 *
 * @param node the address
 * @param kind what it is to the group
 * @param replaceData whether data that it held when it was added may be given up
 * @param by who asked, in words for an operator
 * @param wallMillis when, for a person
 * @param standsFor of a standby: the node whose place it takes
 */
public record MemberChange(
    Address node,
    Kind kind,
    boolean replaceData,
    String by,
    long wallMillis,
    Optional<Address> standsFor) {

  /** What an operator asked for. */
  MemberChange(Address node, Kind kind, boolean replaceData, String by, long wallMillis) {
    this(node, kind, replaceData, by, wallMillis, Optional.empty());
  }

  /** What an address is to a group. */
  public enum Kind {
    /** It was added, and was not seen in sync yet: what it holds decides whether it is touched. */
    JOINING,
    /** It was added, and was in sync once: it is a node like those that are configured. */
    MEMBER,
    /** It is a standby that is no longer needed, and is to follow nothing. */
    LEAVING,
    /** It was removed, whatever the configuration says. */
    REMOVED
  }

  MemberChange as(Kind other) {
    return new MemberChange(node, other, replaceData, by, wallMillis, standsFor);
  }
}
