package io.understudy.proxy.route;

import java.math.BigInteger;

/**
 * A cursor of SCAN over several groups, one after the other.
 *
 * @param group the number of the group that is scanned
 * @param within the server's own cursor there
 */
record Cursor(int group, String within) {
  /** What a client gave: the server's cursor times the number of groups, plus the group's. */
  static Cursor parse(String text, int groups) {
    BigInteger[] divided = new BigInteger(text).divideAndRemainder(BigInteger.valueOf(groups));
    return new Cursor(divided[1].intValue(), divided[0].toString());
  }

  /** What a client is given after {@code next} was the server's answer. */
  String next(String next, int groups) {
    if (next.equals("0")) {
      return group + 1 < groups ? Integer.toString(group + 1) : "0";
    }
    return new BigInteger(next)
        .multiply(BigInteger.valueOf(groups))
        .add(BigInteger.valueOf(group))
        .toString();
  }
}
