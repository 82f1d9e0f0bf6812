package io.understudy.replication.stage;

/**
 * Globs as in {@code stringmatchlen} of util.c, but without its recursion: when a star took too
 * little, only the last star tries again, so that time is at most glob times key.
 */
final class GlobMatcher {
  private final byte[] glob;
  private int next;

  private GlobMatcher(byte[] glob) {
    this.glob = glob;
  }

  static boolean matches(byte[] glob, byte[] bytes, int from, int length) {
    return new GlobMatcher(glob).matches(bytes, from, from + length);
  }

  private boolean matches(byte[] bytes, int from, int end) {
    int at = from;
    int behindStar = -1;
    int starEnd = from;
    int place = 0;
    while (true) {
      if (place < glob.length && glob[place] == '*') {
        behindStar = ++place;
        starEnd = at;
      } else if (at < end && place < glob.length && fits(place, bytes[at])) {
        place = next;
        at++;
      } else if (at == end && place == glob.length) {
        return true;
      } else if (behindStar >= 0 && starEnd < end) {
        place = behindStar;
        at = ++starEnd;
      } else {
        return false;
      }
    }
  }

  /** Whether one byte fits at a place that is no star; {@code next} is then the place behind it. */
  private boolean fits(int place, byte b) {
    next = place + 1;
    return switch (glob[place]) {
      case '?' -> true;
      case '[' -> fitsSet(place + 1, b & 0xFF);
      case '\\' -> {
        boolean escaped = place + 1 < glob.length;
        next = escaped ? place + 2 : place + 1;
        yield glob[next - 1] == b;
      }
      default -> glob[place] == b;
    };
  }

  private boolean fitsSet(int from, int b) {
    boolean negated = from < glob.length && glob[from] == '^';
    boolean found = false;
    int at = negated ? from + 1 : from;
    for (; at < glob.length && glob[at] != ']'; at++) {
      if (glob[at] == '\\' && at + 1 < glob.length) {
        at++;
        found |= (glob[at] & 0xFF) == b;
      } else if (at + 2 < glob.length && glob[at + 1] == '-') {
        int low = Math.min(glob[at] & 0xFF, glob[at + 2] & 0xFF);
        int high = Math.max(glob[at] & 0xFF, glob[at + 2] & 0xFF);
        found |= b >= low && b <= high;
        at += 2;
      } else {
        found |= (glob[at] & 0xFF) == b;
      }
    }
    next = Math.min(at + 1, glob.length);
    return found != negated;
  }
}
