package io.understudy.replication.rdb;

/** What a key holds, as TYPE answers it; encodings of one kind hold the same. */
public enum ValueKind {
  STRING("string"),
  LIST("list"),
  SET("set"),
  SORTED_SET("zset"),
  HASH("hash"),
  STREAM("stream"),
  /** A module's own type; its real name is in the value. */
  MODULE("module"),
  /** Redis 8.8 and later. */
  ARRAY("array");

  private final String word;

  ValueKind(String word) {
    this.word = word;
  }

  /** The word that TYPE answers; {@code module} for modules' types. */
  public String word() {
    return word;
  }
}
