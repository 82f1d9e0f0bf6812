package io.understudy.zookeeper;

import java.util.List;

/**
 * Who a keeper is among those that decide together.
 *
 * @param id unique among them
 * @param members the ids of all, this one included; a majority is one of these
 * @param configuration a hash of everything that they must agree on
 * @param groups the groups it looks after
 * @param process where it runs, for a person
 */
public record KeeperIdentity(
    String id, List<String> members, String configuration, List<String> groups, String process) {
  public KeeperIdentity {
    members = List.copyOf(members);
    groups = List.copyOf(groups);
    if (!members.contains(id)) {
      throw new IllegalArgumentException(id + " is not among the members " + members);
    }
  }

  /** How many members are a majority. */
  int majority() {
    return members.size() / 2 + 1;
  }
}
