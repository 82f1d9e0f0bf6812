package io.understudy.failover.view;

/**
 * What the other groups of the same process are going through: many deaths at once are more often
 * the observer's trouble than the servers'.
 *
 * @param groups how many groups there are, this one included
 * @param suspected how many of them have a primary that refuses or is silent, this one included
 * @param operating how many others have a failover under way
 */
public record FleetView(int groups, int suspected, int operating) {
  /** One group and nothing else. */
  public static final FleetView SINGLE = new FleetView(1, 0, 0);
}
