package io.understudy.bench.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the suite's Tcl client say HELLO 3 when it connects.
 *
 * <p>The suite's {@code --force-resp3} relies on the server's {@code client-default-resp}, which
 * exists only in servers that were compiled with {@code -DLOG_REQ_RES}: none that is packaged. What
 * the last line of the constructor gives is the client's name, so it must stay the last.
 */
final class Resp3Client {
  private static final String LAST_LINE =
      "    interp alias {} ::NAME::NAMEHandle$id {} ::NAME::__dispatch__ $id\n";
  private static final String HELLO =
      """
          if {$::force_resp3 && !$readraw} {
              set ::NAME::deferred($id) 0
              ::NAME::__dispatch__ $id hello 3
              set ::NAME::deferred($id) $defer
              set ::NAME::testing_resp3($id) 0
          }
      """;

  private Resp3Client() {}

  /** Changes the client in a copy of the suite. */
  static void patch(Path support) throws IOException {
    for (String name : new String[] {"valkey", "redis"}) {
      Path file = support.resolve(name + ".tcl");
      if (!Files.exists(file)) {
        continue;
      }
      String text = Files.readString(file);
      String last = LAST_LINE.replace("NAME", name);
      if (text.contains(last)) {
        Files.writeString(file, text.replace(last, HELLO.replace("NAME", name) + last));
        return;
      }
    }
    throw new IOException("the suite's client in " + support + " is not the one that was expected");
  }
}
