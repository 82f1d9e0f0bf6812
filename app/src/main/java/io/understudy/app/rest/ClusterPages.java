package io.understudy.app.rest;

import io.understudy.topology.Address;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code /cluster/GROUP/...}, as redis-keeper served it, so that HAProxy files that ask for it go
 * on working.
 *
 * <p>{@code status}, {@code master} (or {@code primary}), and {@code is-writable} and {@code
 * is-readable} of the node that is named behind them, or by HAProxy in {@code
 * X-Haproxy-Server-State: UP 2/3; name=BACKEND/HOST:PORT; ...}. 200 is yes, 503 is no, and also the
 * answer when what is known is too old to vouch for; 404 is an unknown group or node. Bodies are
 * valid JSON, which the old ones were not.
 */
final class ClusterPages {
  private static final String NAME = "name=";

  private final Operator operator;

  ClusterPages(Operator operator) {
    this.operator = operator;
  }

  Page answer(String path, Optional<String> serverState) {
    String[] parts = path.split("/", -1);
    Operator.Served served = parts.length < 4 ? null : operator.served(parts[2]).orElse(null);
    if (served == null || parts.length > 5) {
      return Page.error(false, 404, "there is no such group, or nothing of that name about it");
    }
    String question = parts[3];
    if (parts.length == 4 && question.equals("status")) {
      return Page.json(
          "{\"master\":"
              + node(served.primary())
              + ",\"slaves\":["
              + served.replicas().stream()
                  .map(a -> node(Optional.of(a)))
                  .collect(Collectors.joining(","))
              + "]}\n");
    }
    if (parts.length == 4 && (question.equals("master") || question.equals("primary"))) {
      boolean known = served.primary().isPresent() && served.fresh();
      return Page.json(known ? 200 : 503, node(served.primary()) + "\n");
    }
    if (!question.equals("is-writable") && !question.equals("is-readable")) {
      return Page.error(
          false, 404, "known here: status, master, primary, is-writable, is-readable");
    }
    Optional<String> named =
        parts.length == 5 ? Optional.of(parts[4]) : serverState.flatMap(ClusterPages::nodeIn);
    if (named.isEmpty()) {
      return Page.error(
          false,
          400,
          "which node? name it in the path, or let HAProxy say it (http-check send-state, with"
              + " servers that are called HOST:PORT)");
    }
    return permission(question, named.get(), served);
  }

  private static Page permission(String question, String named, Operator.Served served) {
    Address node;
    try {
      node = Address.parse(named);
    } catch (IllegalArgumentException e) {
      return Page.error(false, 404, "'" + named + "' is not HOST:PORT");
    }
    if (!served.nodes().contains(node)) {
      return Page.error(false, 404, node + " is not a node of the group");
    }
    boolean primary = served.primary().filter(node::equals).isPresent();
    boolean yes =
        served.fresh()
            && (primary || (question.equals("is-readable") && served.replicas().contains(node)));
    return Page.json(yes ? 200 : 503, "{\"" + question + "\":\"" + yes + "\"}\n");
  }

  /** The node that HAProxy checks: what stands behind the slash of the name. */
  private static Optional<String> nodeIn(String serverState) {
    for (String field : serverState.split(";", -1)) {
      String trimmed = field.strip();
      int slash = trimmed.indexOf('/');
      if (trimmed.startsWith(NAME) && slash > 0) {
        return Optional.of(trimmed.substring(slash + 1));
      }
    }
    return Optional.empty();
  }

  private static String node(Optional<Address> address) {
    return address
        .map(a -> "{\"host\":\"" + a.host() + "\",\"port\":\"" + a.port() + "\"}")
        .orElse("null");
  }
}
