package io.understudy.app.rest;

import java.util.List;

/**
 * One answer, ready to be sent.
 *
 * @param primaryless whether a group in it has no primary, which the command line's exit code tells
 *     without reading the body
 */
record Page(int status, String type, String body, boolean primaryless) {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String JSON = "application/json; charset=utf-8";

  static Page text(String body) {
    return new Page(200, TEXT, body, false);
  }

  static Page json(String body) {
    return json(200, body);
  }

  static Page json(int status, String body) {
    return new Page(status, JSON, body, false);
  }

  static Page error(boolean text, int status, String message) {
    return text
        ? new Page(status, TEXT, message + "\n", false)
        : json(status, ReportJson.error(message));
  }

  /** Some lines: as they are, or as an array of that name. */
  static Page lines(boolean text, int status, String name, List<String> lines) {
    return text
        ? new Page(status, TEXT, String.join("\n", lines) + "\n", false)
        : json(status, ReportJson.lines(name, lines));
  }
}
