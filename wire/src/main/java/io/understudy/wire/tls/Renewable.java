package io.understudy.wire.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * What is made of files, and made again when one of them has other content. Any thread.
 *
 * <p>Contents are compared, not times: files are renewed by renaming, by links and by copying, and
 * they are small.
 */
final class Renewable {
  /** Makes something of what the files hold now. */
  interface Maker {
    Made make() throws TlsException;
  }

  /** What was made of the files. */
  record Made(SSLContext context, KeyManager keys, TrustManager trust) {}

  private final List<Path> files;
  private final Maker maker;
  private volatile Made made;
  private List<byte[]> contents;

  /** Reads the files for the first time. */
  Renewable(List<Path> files, Maker maker) throws TlsException {
    this.files = List.copyOf(files);
    this.maker = maker;
    this.contents = read();
    this.made = maker.make();
  }

  Made made() {
    return made;
  }

  /**
   * Looks at the files.
   *
   * @return whether they changed, and what is asked for from now on is made of the new ones
   * @throws TlsException when they changed and cannot be used; what was read before is still used
   */
  synchronized boolean renew() throws TlsException {
    List<byte[]> now = read();
    for (int i = 0; i < now.size(); i++) {
      if (!Arrays.equals(now.get(i), contents.get(i))) {
        made = maker.make();
        contents = now;
        return true;
      }
    }
    return false;
  }

  private List<byte[]> read() throws TlsException {
    List<byte[]> all = new ArrayList<>();
    for (Path file : files) {
      all.add(Pem.bytes(file));
    }
    return all;
  }
}
