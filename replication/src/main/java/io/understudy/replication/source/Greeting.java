package io.understudy.replication.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a replica says before it asks for the stream, one command after the other, and what each
 * reply means. Pure: words in, verdicts out.
 */
final class Greeting {
  /**
   * A Valkey 9 source that is told an older version refuses datasets with field expiry times, for
   * ever; one that is told a newer one sends everything.
   */
  private static final String NEWEST_VERSION = "255.255.255";

  /** What is asked, in order. */
  enum Step {
    AUTH,
    PING,
    INFO,
    PORT,
    CAPABILITIES,
    VERSION
  }

  /** What a reply means. */
  sealed interface Verdict {
    /** Ask the next. */
    record GoOn() implements Verdict {}

    /** End the link. */
    record End(LinkLoss loss) implements Verdict {}
  }

  private static final Verdict GO_ON = new Verdict.GoOn();

  private final SourceOptions options;

  Greeting(SourceOptions options) {
    this.options = options;
  }

  List<Step> steps() {
    List<Step> steps = new ArrayList<>(List.of(Step.values()));
    if (options.login().isEmpty()) {
      steps.remove(Step.AUTH);
    }
    return steps;
  }

  List<String> words(Step step) {
    return switch (step) {
      case AUTH -> options.login().orElseThrow().words();
      case PING -> List.of("PING");
      case INFO -> List.of("INFO", "server");
      case PORT -> List.of("REPLCONF", "listening-port", Integer.toString(options.listeningPort()));
      case CAPABILITIES -> List.of("REPLCONF", "capa", "eof", "capa", "psync2");
      case VERSION -> List.of("REPLCONF", "version", NEWEST_VERSION);
    };
  }

  /** What a status or error line means. */
  Verdict onLine(Step step, String line) {
    if (!line.startsWith("-")) {
      return GO_ON;
    }
    String error = line.substring(1);
    if (error.startsWith("LOADING") || error.startsWith("BUSY")) {
      return end("is not ready: " + error, false);
    }
    return switch (step) {
      case AUTH ->
          end(
              "refuses the login of "
                  + options.login().map(SourceOptions.Login::toString).orElse("nobody")
                  + ": "
                  + error,
              true);
      case PING ->
          error.startsWith("NOAUTH")
              ? end("needs a password; give one", true)
              : error.startsWith("NOPERM") ? GO_ON : end("answered PING with " + error, true);
      case INFO, PORT, CAPABILITIES, VERSION ->
          error.startsWith("NOAUTH") ? end("needs a password; give one", true) : GO_ON;
    };
  }

  /** What the text that INFO answers means. */
  Verdict onServer(SourceServer server) {
    return server.refusal().map(reason -> end(reason, true)).orElse(GO_ON);
  }

  /** What an error in answer to PSYNC means. */
  LinkLoss onSyncRefused(String error) {
    boolean permission = error.startsWith("NOPERM") || error.startsWith("NOAUTH");
    return loss(
        "refuses to replicate: "
            + error
            + (permission ? "; its user needs +psync +replconf +ping +info" : ""),
        permission);
  }

  private Verdict end(String what, boolean fatal) {
    return new Verdict.End(loss(what, fatal));
  }

  /** A loss in a sentence that begins with the source's name. */
  LinkLoss loss(String what, boolean fatal) {
    return new LinkLoss("the source " + options.address() + " " + what, fatal);
  }

  /** The version of a server that answered INFO, or that may not. */
  static SourceServer server(Optional<String> info) {
    return SourceServer.of(info.orElse(""));
  }
}
