package io.understudy.app.wiring;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The secret that a change through the admin port must show: whoever may read the state directory
 * may change groups. Made once, 32 hexadecimal digits, readable by its owner only; whoever writes
 * another into the file has changed it.
 */
public final class AdminToken {
  private static final String NAME = "admin-token";
  private static final int BYTES = 16;

  private AdminToken() {}

  /** Where the token of a state directory is. */
  public static Path in(Path stateDirectory) {
    return stateDirectory.resolve(NAME);
  }

  /**
   * Reads it, or makes it.
   *
   * @throws IOException in one line, when it can be neither read nor made
   */
  static String of(Path stateDirectory) throws IOException {
    Path file = in(stateDirectory);
    Files.createDirectories(stateDirectory);
    if (!Files.exists(file)) {
      make(file);
    }
    String token = Files.readString(file).strip();
    if (token.isEmpty()) {
      throw new IOException(file + " is empty; delete it, and the next change makes another");
    }
    return token;
  }

  /** Whole or not at all, because keepers of one folder may start at the same moment. */
  private static void make(Path file) throws IOException {
    Path draft =
        Files.createTempFile(
            file.getParent(),
            NAME,
            ".draft",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      byte[] secret = new byte[BYTES];
      new SecureRandom().nextBytes(secret);
      Files.writeString(draft, HexFormat.of().formatHex(secret) + "\n");
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // Another process made it meanwhile.
    } finally {
      Files.delete(draft);
    }
  }
}
