package io.understudy.failover;

import io.understudy.topology.Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which group of a process each address belongs to: never two, whoever says so. Any thread. */
final class Claims {
  private final Map<Address, String> holders = new ConcurrentHashMap<>();

  /** Makes an address a group's, unless it is another's; says whether it is the group's now. */
  boolean claim(Address node, String group) {
    return holders.computeIfAbsent(node, n -> group).equals(group);
  }

  /** The same for an address that is nobody's; says whether it became the group's by this call. */
  boolean claimFree(Address node, String group) {
    return holders.putIfAbsent(node, group) == null;
  }

  void release(Address node, String group) {
    holders.remove(node, group);
  }

  /** Whose an address is. */
  Optional<String> holder(Address node) {
    return Optional.ofNullable(holders.get(node));
  }

  /** Gives back every address of a group that is none of {@code kept}. */
  void keep(String group, List<Address> kept) {
    holders.entrySet().removeIf(e -> e.getValue().equals(group) && !kept.contains(e.getKey()));
  }
}
