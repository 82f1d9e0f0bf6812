package io.understudy.replication.stage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A key of a database, by the source's name of it.
 *
 * @param database 0 and up
 * @param bytes any bytes; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // equality is that of the contents
public record KeyName(int database, byte[] bytes) {
  @Override
  public boolean equals(Object other) {
    return other instanceof KeyName(int otherDatabase, byte[] otherBytes)
        && database == otherDatabase
        && Arrays.equals(bytes, otherBytes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bytes) + database;
  }

  /** The key as text, a character for each byte, with its database. */
  @Override
  public String toString() {
    return "'" + new String(bytes, StandardCharsets.ISO_8859_1) + "' of database " + database;
  }
}
