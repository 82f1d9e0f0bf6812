package io.understudy.replication.rdb;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The version in the first nine bytes of an RDB file: whose format it is, and its number there.
 *
 * <p>The family decides what types 22 and 23 and opcodes 242 and 243 mean; the number alone does
 * not.
 *
 * @param family whose magic the file has
 * @param number such as 12 in {@code REDIS0012}
 */
public record RdbVersion(Family family, int number) {
  /** The projects whose formats there are. Valkey up to 8.1 writes Redis' format 11. */
  public enum Family {
    /** {@code REDIS} and four digits. */
    REDIS(1, 15),
    /** {@code VALKEY} and three digits, since Valkey 9.0. */
    VALKEY(80, 80);

    private final int oldest;
    private final int newest;

    Family(int oldest, int newest) {
      this.oldest = oldest;
      this.newest = newest;
    }

    private String known() {
      return new RdbVersion(this, oldest) + " to " + new RdbVersion(this, newest);
    }
  }

  /** The bytes of the header. */
  static final int HEADER_BYTES = 9;

  /** The first version whose file ends with a checksum. */
  private static final int FIRST_WITH_CHECKSUM = 5;

  /** The lowest header that every supported server accepts, whatever the types that follow. */
  public static final RdbVersion LOWEST = new RdbVersion(Family.REDIS, 9);

  /**
   * Refuses versions that never were.
   *
   * @throws IllegalArgumentException when the number has more digits than the header has room for
   */
  public RdbVersion {
    if (number < 0 || number > (family == Family.REDIS ? 9999 : 999)) {
      throw new IllegalArgumentException("no version of " + family + ": " + number);
    }
  }

  /** The header's nine characters. */
  public String header() {
    return switch (family) {
      case REDIS -> String.format(Locale.ROOT, "REDIS%04d", number);
      case VALKEY -> String.format(Locale.ROOT, "VALKEY%03d", number);
    };
  }

  /**
   * Reads a header.
   *
   * @throws RdbException when it is none, or is newer than what is known here
   */
  static RdbVersion parse(byte[] bytes, int offset) {
    String text = new String(bytes, offset, HEADER_BYTES, StandardCharsets.ISO_8859_1);
    for (Family family : Family.values()) {
      String digits = text.substring(Math.min(family.name().length(), HEADER_BYTES));
      if (text.startsWith(family.name()) && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
        var version = new RdbVersion(family, Integer.parseInt(digits));
        if (!version.isKnown()) {
          throw RdbException.at(0, text + " is not among the known versions, " + family.known());
        }
        return version;
      }
    }
    throw RdbException.at(
        0, "this is no RDB file: it begins with " + Text.quoted(bytes, offset, HEADER_BYTES));
  }

  /** Whether eight bytes of checksum follow the end. */
  boolean hasChecksum() {
    return family == Family.VALKEY || number >= FIRST_WITH_CHECKSUM;
  }

  /** Whether every type and opcode of it is known here. */
  public boolean isKnown() {
    return number >= family.oldest && number <= family.newest;
  }

  @Override
  public String toString() {
    return header();
  }
}
