package io.understudy.replication.stage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Commands in multibulk form, one behind the other, in an array that grows. One thread. */
public final class CommandBytes {
  private static final int FIRST_BYTES = 4096;

  /** An array longer than this is given back when it is emptied. */
  private static final int KEPT_BYTES = 1 << 20;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int size;

  /** Empty. */
  public CommandBytes() {}

  /** Adds a command that is already in multibulk form. */
  public void add(byte[] from, int start, int end) {
    int length = end - start;
    reserve(length);
    System.arraycopy(from, start, bytes, size, length);
    size += length;
  }

  /** Adds everything that another one holds. */
  void addAll(CommandBytes other) {
    add(other.bytes, 0, other.size);
  }

  /** Adds a command. */
  public void add(List<byte[]> words) {
    header('*', words.size());
    for (byte[] word : words) {
      header('$', word.length);
      add(word, 0, word.length);
      line();
    }
  }

  /** Adds a command of ASCII words. */
  public void add(String... words) {
    add(Arrays.stream(words).map(word -> word.getBytes(StandardCharsets.US_ASCII)).toList());
  }

  /** How many bytes there are. */
  public int size() {
    return size;
  }

  /** Holds the bytes from index 0; not to be kept. */
  public byte[] array() {
    return bytes;
  }

  /** Empties it. */
  public void clear() {
    size = 0;
    if (bytes.length > KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
  }

  private void header(char type, int number) {
    byte[] digits = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
    reserve(1);
    bytes[size++] = (byte) type;
    add(digits, 0, digits.length);
    line();
  }

  private void line() {
    reserve(2);
    bytes[size++] = '\r';
    bytes[size++] = '\n';
  }

  private void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      long doubled = Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, doubled));
    }
  }
}
