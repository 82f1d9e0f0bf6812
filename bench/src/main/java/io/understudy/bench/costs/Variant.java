package io.understudy.bench.costs;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** One way to run Understudy: plainly, or with one feature more than the plain way beside it. */
enum Variant {
  PLAIN("one group, one thread, no samples, no scrapes"),
  PLAIN_REPLICA("the same with a replica, which nobody reads"),
  TLS_LISTENER("TLS for clients"),
  TLS_SERVER("TLS to the server"),
  READS_ANY("reads from the replica, consistency any"),
  READS_SESSION("reads from the replica, consistency session"),
  READS_BOUNDED("reads from the replica, consistency bounded"),
  ROUTES("a route, and all keys in the second group"),
  ROUTES_MIXED("a route by slot: pipelines mix two groups"),
  USERS("a user whose keys are compared"),
  SAMPLES("1000 commands a second looked at for hot and big keys"),
  METRICS("/metrics scraped each second"),
  THREADS("two event loops"),
  OUTPUT("limits of output, normal and pubsub");

  private final String meaning;

  Variant(String meaning) {
    this.meaning = meaning;
  }

  /** What it is, for a person. */
  String meaning() {
    return meaning;
  }

  /** As options and tables call it. */
  String shown() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The one that is called so.
   *
   * @throws IllegalArgumentException when none is; with all names
   */
  static Variant named(String name) {
    return Arrays.stream(values())
        .filter(variant -> variant.shown().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--only: there is no '"
                        + name
                        + "'; there are "
                        + Arrays.stream(values())
                            .map(Variant::shown)
                            .collect(Collectors.joining(", "))));
  }

  /** What it is compared with; itself for the plain ones. */
  Variant baseline() {
    return hasReplica() ? PLAIN_REPLICA : PLAIN;
  }

  /** Whether the first group has a replica. */
  boolean hasReplica() {
    return switch (this) {
      case PLAIN_REPLICA, READS_ANY, READS_SESSION, READS_BOUNDED -> true;
      case PLAIN,
          TLS_LISTENER,
          TLS_SERVER,
          ROUTES,
          ROUTES_MIXED,
          USERS,
          SAMPLES,
          METRICS,
          THREADS,
          OUTPUT ->
          false;
    };
  }

  /** Whether its replica is to answer what reads. */
  boolean readsReplica() {
    return hasReplica() && this != PLAIN_REPLICA;
  }

  /** Whether a client always finds what it wrote itself. */
  boolean readsOwnWrites() {
    return this != READS_ANY && this != READS_BOUNDED;
  }

  /** Whether there is a second group. */
  boolean hasSecondGroup() {
    return this == ROUTES || this == ROUTES_MIXED;
  }

  int threads() {
    return this == THREADS ? 2 : 1;
  }

  /** More lines of its listener. */
  List<String> listenerLines(Certificates certificates) {
    return switch (this) {
      case TLS_LISTENER ->
          List.of(
              "tls: { certificate: "
                  + certificates.certificate()
                  + ", key: "
                  + certificates.key()
                  + " }");
      case READS_ANY -> List.of("reads: replicas", "consistency: any");
      case READS_SESSION -> List.of("reads: replicas", "consistency: session");
      case READS_BOUNDED -> List.of("reads: replicas", "consistency: bounded");
      case ROUTES -> List.of("routes: [ { prefix: 'key:', group: second } ]");
      case ROUTES_MIXED -> List.of("routes: [ { slots: 0-8191, group: second } ]");
      case USERS -> List.of("users: [ { name: default, rules: 'on nopass ~key:* +@all' } ]");
      case PLAIN, PLAIN_REPLICA, TLS_SERVER, SAMPLES, METRICS, THREADS, OUTPUT -> List.of();
    };
  }

  /** More lines of the section {@code proxy}. */
  List<String> proxyLines() {
    return switch (this) {
      case SAMPLES -> List.of("samples: 1000");
      case OUTPUT ->
          List.of(
              "samples: 0",
              "output:",
              "  normal: { hard: 16mb, soft: 8mb, softTime: 10s }",
              "  pubsub: { hard: 16mb, soft: 4mb, softTime: 10s }");
      case PLAIN,
          PLAIN_REPLICA,
          TLS_LISTENER,
          TLS_SERVER,
          READS_ANY,
          READS_SESSION,
          READS_BOUNDED,
          ROUTES,
          ROUTES_MIXED,
          USERS,
          METRICS,
          THREADS ->
          List.of("samples: 0");
    };
  }
}
