package io.understudy.proxy.route;

import io.understudy.wire.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How the answers of several groups become one. */
public enum Merging {
  /** They do not: only one group is asked. */
  NONE,
  /** Arrays whose elements stand where the keys stood. */
  IN_ORDER,
  /** Numbers, added. */
  SUM,
  /** Numbers, the least. */
  LEAST,
  /** Any, if none is an error. */
  ALL_SUCCEEDED,
  /** The first that is no error. */
  ONE_SUCCEEDED,
  /** Arrays of numbers, each 1 if all are. */
  LOGICAL_AND,
  /** Arrays, one behind the other. */
  CONCATENATION,
  /** The first that is not null, beginning anywhere. */
  FIRST_FOUND,
  /** An answer of SCAN. */
  CURSOR;

  private static final Set<String> NULLS = Set.of("$-1\r\n", "_\r\n");

  /** What the servers say of a command; {@link #NONE} where a group's answer makes no sum. */
  static Merging of(Command command) {
    Set<String> tips = command.tips();
    return switch (command.name()) {
      case "keys" -> CONCATENATION;
      case "randomkey" -> FIRST_FOUND;
      default ->
          tips.contains("response_policy:agg_sum")
              ? SUM
              : tips.contains("response_policy:agg_min")
                  ? LEAST
                  : tips.contains("response_policy:agg_logical_and")
                      ? LOGICAL_AND
                      : tips.contains("response_policy:all_succeeded")
                          ? ALL_SUCCEEDED
                          : tips.contains("response_policy:one_succeeded") ? ONE_SUCCEEDED : NONE;
    };
  }

  /**
   * Makes one answer.
   *
   * @param parts what was asked
   * @param replies what came, in the same order; whole replies, a character for each byte
   * @param groups to how many groups the listener leads
   * @param turn any number, so that not always the same part is preferred
   */
  public String merge(List<Division.Part> parts, List<String> replies, int groups, int turn) {
    if (this != ONE_SUCCEEDED) {
      for (String reply : replies) {
        if (reply.startsWith("-")) {
          return reply;
        }
      }
    }
    return switch (this) {
      case NONE, ALL_SUCCEEDED -> replies.getFirst();
      case ONE_SUCCEEDED ->
          replies.stream()
              .filter(reply -> !reply.startsWith("-"))
              .findFirst()
              .orElse(replies.getFirst());
      case SUM -> ":" + replies.stream().mapToLong(Merging::number).sum() + "\r\n";
      case LEAST -> ":" + replies.stream().mapToLong(Merging::number).min().orElse(0) + "\r\n";
      case IN_ORDER -> inOrder(parts, replies);
      case LOGICAL_AND -> logicalAnd(replies);
      case CONCATENATION ->
          array(replies.stream().flatMap(reply -> elements(reply).stream()).toList());
      case FIRST_FOUND -> firstFound(replies, turn);
      case CURSOR -> cursor(parts.getFirst(), replies.getFirst(), groups);
    };
  }

  private static long number(String reply) {
    return Long.parseLong(reply, 1, reply.length() - 2, 10);
  }

  private static String array(List<String> elements) {
    return "*" + elements.size() + "\r\n" + String.join("", elements);
  }

  private static String inOrder(List<Division.Part> parts, List<String> replies) {
    int count = parts.stream().mapToInt(part -> part.places().size()).sum();
    String[] ordered = new String[count];
    for (int i = 0; i < parts.size(); i++) {
      List<String> elements = elements(replies.get(i));
      List<Integer> places = parts.get(i).places();
      for (int j = 0; j < places.size(); j++) {
        ordered[places.get(j)] = elements.get(j);
      }
    }
    return array(List.of(ordered));
  }

  private static String logicalAnd(List<String> replies) {
    List<List<String>> all = replies.stream().map(Merging::elements).toList();
    List<String> merged = new ArrayList<>();
    for (int i = 0; i < all.getFirst().size(); i++) {
      int place = i;
      merged.add(
          all.stream().allMatch(one -> one.get(place).equals(":1\r\n")) ? ":1\r\n" : ":0\r\n");
    }
    return array(merged);
  }

  private static String firstFound(List<String> replies, int turn) {
    for (int i = 0; i < replies.size(); i++) {
      String reply = replies.get(Math.floorMod(turn + i, replies.size()));
      if (!NULLS.contains(reply)) {
        return reply;
      }
    }
    return replies.getFirst();
  }

  private static String cursor(Division.Part part, String reply, int groups) {
    int begin = reply.indexOf('\n', reply.indexOf('\n') + 1) + 1;
    int end = reply.indexOf('\r', begin);
    String next =
        new Cursor(part.places().getFirst(), part.arguments().get(1))
            .next(reply.substring(begin, end), groups);
    return "*2\r\n$" + next.length() + "\r\n" + next + reply.substring(end);
  }

  /** The elements of an array or a set of strings, numbers and nulls. */
  private static List<String> elements(String reply) {
    List<String> elements = new ArrayList<>();
    int at = reply.indexOf('\n') + 1;
    while (at < reply.length()) {
      int end = reply.indexOf('\n', at) + 1;
      if (reply.charAt(at) == '$' && reply.charAt(at + 1) != '-') {
        end += Integer.parseInt(reply, at + 1, end - 2, 10) + 2;
      }
      elements.add(reply.substring(at, end));
      at = end;
    }
    return elements;
  }
}
