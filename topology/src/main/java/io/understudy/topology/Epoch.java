package io.understudy.topology;

/**
 * The number of a group's reign: it grows by one each time another node becomes primary.
 *
 * @param number 0 before the first primary was ever published, otherwise 1 and up
 */
public record Epoch(long number) implements Comparable<Epoch> {
  /** Before any primary was published. */
  public static final Epoch NONE = new Epoch(0);

  public Epoch {
    if (number < 0) {
      throw new IllegalArgumentException("an epoch is never negative: " + number);
    }
  }

  public Epoch next() {
    return new Epoch(number + 1);
  }

  public boolean isAfter(Epoch other) {
    return number > other.number;
  }

  @Override
  public int compareTo(Epoch other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return Long.toString(number);
  }
}
