package io.understudy.wire.scan;

/**
 * How many elements of a reply are still to come.
 *
 * <p>No stack is needed for that: an aggregate of n elements takes one from the number and adds n,
 * however deep it stands. A push frame is counted apart, because it may stand anywhere and is no
 * element of anything; so is an attribute in front of a reply, because the reply is yet to begin.
 */
final class Nesting {
  /** What {@link #add} leads to. */
  enum Step {
    /** More elements are to come. */
    GOES_ON,
    /** The push frame is whole. */
    PUSH_ENDS,
    /** The reply is whole. */
    REPLY_ENDS,
    /** More elements are claimed than could ever arrive. */
    TOO_MANY
  }

  /** More elements than could ever arrive; a stream that claims them is broken. */
  static final long MOST_ELEMENTS = 1L << 56;

  private boolean inReply;
  private boolean attributed;
  private long elementsLeft;
  private boolean inPush;
  private long pushElementsLeft;

  /** The reply is finished and the next one will begin; a push frame may be under way. */
  void reset() {
    inReply = false;
    attributed = false;
    elementsLeft = 0;
  }

  /** Whether the next element is a reply, or an attribute of its own, and no part of anything. */
  boolean isOutside() {
    return !inPush && !inReply && elementsLeft == 0;
  }

  void beginReply() {
    inReply = true;
    elementsLeft = 1;
  }

  void beginAttribute() {
    attributed = true;
  }

  void beginPush() {
    inPush = true;
    pushElementsLeft = 1;
  }

  boolean isInPush() {
    return inPush;
  }

  /** Whether the reply, or an attribute in front of it, is begun. */
  boolean isInReply() {
    return inReply || attributed;
  }

  /**
   * Adds to the elements that are still to come.
   *
   * @param change -1 for a plain element, n-1 for an aggregate of n; at most {@link #MOST_ELEMENTS}
   */
  Step add(long change) {
    if (inPush) {
      pushElementsLeft += change;
      if (pushElementsLeft == 0) {
        inPush = false;
        return Step.PUSH_ENDS;
      }
      return pushElementsLeft > MOST_ELEMENTS ? Step.TOO_MANY : Step.GOES_ON;
    }
    elementsLeft += change;
    if (elementsLeft == 0 && inReply) {
      return Step.REPLY_ENDS;
    }
    return elementsLeft > MOST_ELEMENTS ? Step.TOO_MANY : Step.GOES_ON;
  }
}
