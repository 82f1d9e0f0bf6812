package io.understudy.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority of a test's own, made with the JDK's keytool. Not thread-safe. */
public final class Authority {
  private static final String PASSWORD = "changeit";
  private static final String OWN = "authority";
  private static final int DEADLINE_SECONDS = 60;

  private final Path folder;
  private final Path store;

  private Authority(Path folder) {
    this.folder = folder;
    this.store = folder.resolve("authority.p12");
  }

  /**
   * A certificate and its key.
   *
   * @param certificate as PEM
   * @param key as PEM, PKCS#8
   */
  public record Issued(Path certificate, Path key) {}

  /** Makes one that keeps its files in a folder. */
  public static Authority in(Path folder) {
    Authority authority = new Authority(folder);
    authority.generate(OWN, List.of("-ext", "bc:c"));
    authority.write(OWN, folder.resolve("ca.pem"), "CERTIFICATE");
    return authority;
  }

  /** Its own certificate: what those who trust it need. */
  public Path certificate() {
    return folder.resolve("ca.pem");
  }

  /**
   * Signs a new certificate.
   *
   * @param name of its files; one that was issued before is replaced as an operator would, by
   *     renaming
   * @param hosts what it is for, such as {@code dns:localhost} or {@code ip:127.0.0.1}
   */
  public Issued issue(String name, String... hosts) {
    String alias = name + "-" + System.nanoTime();
    List<String> options = new ArrayList<>(List.of("-signer", OWN));
    if (hosts.length > 0) {
      options.addAll(List.of("-ext", "san=" + String.join(",", hosts)));
    }
    generate(alias, options);
    Issued issued = new Issued(folder.resolve(name + ".pem"), folder.resolve(name + "-key.pem"));
    write(alias, issued.key(), "PRIVATE KEY");
    write(alias, issued.certificate(), "CERTIFICATE");
    return issued;
  }

  private void generate(String alias, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-alias", alias, "-dname", "CN=" + alias, "-validity", "30"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(options);
    try {
      Process keytool =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("keytool.txt").toFile())
              .start();
      if (!keytool.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new AssertionError(Files.readString(folder.resolve("keytool.txt")));
      }
    } catch (IOException e) {
      throw new AssertionError("cannot make a certificate", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private void write(String alias, Path file, String kind) {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      var text = new StringBuilder();
      if (kind.equals("CERTIFICATE")) {
        for (Certificate one : keys.getCertificateChain(alias)) {
          append(text, kind, one.getEncoded());
        }
      } else {
        Key key = keys.getKey(alias, PASSWORD.toCharArray());
        append(text, kind, key.getEncoded());
      }
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("cannot write " + file, e);
    }
  }

  private static void append(StringBuilder text, String kind, byte[] encoded) {
    text.append("-----BEGIN ").append(kind).append("-----\n");
    text.append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded));
    text.append("\n-----END ").append(kind).append("-----\n");
  }
}
