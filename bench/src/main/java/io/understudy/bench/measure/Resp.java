package io.understudy.bench.measure;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Requests as the measuring clients write them; independent of what is measured. */
public final class Resp {
  private Resp() {}

  /** One request of ASCII words. */
  public static byte[] request(String... words) {
    StringBuilder text = new StringBuilder("*").append(words.length).append("\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Several requests as the bytes of one write. */
  public static byte[] pipeline(List<byte[]> requests) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    requests.forEach(bytes::writeBytes);
    return bytes.toByteArray();
  }
}
