package io.understudy.wire.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys from PEM files (RFC 7468). */
final class Pem {
  /** A bundle of all public authorities is some 300 KB. */
  private static final long MAX_FILE_BYTES = 4 << 20;

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN ([A-Z ]*)PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END [A-Z ]*PRIVATE"
              + " KEY-----");

  /** The object identifier of RSA keys and its parameters, in DER (RFC 8017, appendix A.1). */
  private static final byte[] RSA_ALGORITHM = {
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  private Pem() {}

  /** All bytes of a file. */
  static byte[] bytes(Path file) throws TlsException {
    try {
      if (Files.isDirectory(file)) {
        throw new TlsException("'" + file + "' is a directory; name the PEM file");
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new TlsException("'" + file + "' is too large for a PEM file");
      }
      return Files.readAllBytes(file);
    } catch (TlsException e) {
      throw e;
    } catch (NoSuchFileException e) {
      throw new TlsException("'" + file + "' does not exist; create it, or correct the path", e);
    } catch (IOException e) {
      throw new TlsException(
          "'" + file + "' cannot be read by this user; change its owner or its mode", e);
    }
  }

  /** The certificates of a file, at least one, in its order. */
  static List<X509Certificate> certificates(Path file) throws TlsException {
    List<X509Certificate> all = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Certificate one : factory.generateCertificates(new ByteArrayInputStream(bytes(file)))) {
        all.add((X509Certificate) one);
      }
    } catch (CertificateException e) {
      throw new TlsException("'" + file + "' holds no certificates in PEM", e);
    }
    if (all.isEmpty()) {
      throw new TlsException("'" + file + "' holds no certificate; write PEM certificates into it");
    }
    return all;
  }

  /** The private key of a file. */
  static PrivateKey key(Path file) throws TlsException {
    Matcher matcher = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new TlsException("'" + file + "' holds no private key in PEM");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(2));
    switch (matcher.group(1)) {
      case "" -> {}
      case "RSA " -> encoded = asPkcs8(encoded);
      default ->
          throw new TlsException(
              "'"
                  + file
                  + "' holds a key in a form that is not read here; convert it with"
                  + " 'openssl pkcs8 -topk8 -nocrypt'");
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException e) {
        // Another algorithm's, then.
      } catch (NoSuchAlgorithmException e) {
        throw new TlsException("this Java knows no " + algorithm, e);
      }
    }
    throw new TlsException("'" + file + "' holds no RSA, EC or EdDSA key, or it is encrypted");
  }

  /** A key of RSA's own form inside the form of all keys (RFC 5208). */
  private static byte[] asPkcs8(byte[] rsa) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    inner.writeBytes(VERSION_0);
    inner.writeBytes(RSA_ALGORITHM);
    inner.writeBytes(der(0x04, rsa));
    return der(0x30, inner.toByteArray());
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
