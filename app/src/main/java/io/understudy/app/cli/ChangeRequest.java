package io.understudy.app.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A change that a command asks for, as a path of the admin port.
 *
 * @param path with the parameters so far
 */
record ChangeRequest(String path) {

  /**
   * One parameter.
   *
   * @param value null to leave it out
   */
  record Parameter(String name, @Nullable String value) {
    static Parameter trial(boolean trial) {
      return new Parameter("trial", trial ? "yes" : null);
    }
  }

  static ChangeRequest of(String change, String group) {
    return new ChangeRequest("/" + change + "/" + encoded(group) + "?");
  }

  ChangeRequest with(List<Parameter> parameters) {
    var text = new StringBuilder(path);
    for (Parameter parameter : parameters) {
      String value = parameter.value();
      if (value != null) {
        text.append(parameter.name()).append('=').append(encoded(value)).append('&');
      }
    }
    return new ChangeRequest(text.toString());
  }

  /** Asks, prints what came of it, and says how that counts. */
  int send(AdminOptions admin, CommandSpec spec) {
    AdminOptions.Answer answer = admin.post(path);
    spec.commandLine().getOut().print(answer.body());
    spec.commandLine().getOut().flush();
    return answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
