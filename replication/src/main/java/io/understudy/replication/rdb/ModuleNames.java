package io.understudy.replication.rdb;

/** The names of modules' types, as they are packed into 64 bits. */
final class ModuleNames {
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int NAME_LETTERS = 9;
  private static final int VERSION_BITS = 10;
  private static final int LETTER_BITS = 6;

  private ModuleNames() {}

  /** Nine letters of six bits each stand above ten bits of version. */
  static String of(long id) {
    var name = new StringBuilder();
    for (int i = NAME_LETTERS - 1; i >= 0; i--) {
      name.append(LETTERS.charAt((int) (id >>> (VERSION_BITS + i * LETTER_BITS)) & 0x3f));
    }
    return name.toString();
  }
}
