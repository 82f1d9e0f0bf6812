package io.understudy.wire.frame;

/**
 * What one frame may cost its reader.
 *
 * @param maxBytes the longest frame, headers and all
 * @param maxElements the most values in a frame, at all depths together
 * @param maxDepth how deep aggregates may stand in each other
 */
public record FrameLimits(int maxBytes, int maxElements, int maxDepth) {
  /** Far more than a control command's reply: 16 MB, a million values, 32 deep. */
  public static final FrameLimits DEFAULT = new FrameLimits(16 << 20, 1_000_000, 32);

  /** Refuses limits that would refuse everything. */
  public FrameLimits {
    if (maxBytes <= 0 || maxElements <= 0 || maxDepth <= 0) {
      throw new IllegalArgumentException(
          "limits are positive: %d bytes, %d elements, %d deep"
              .formatted(maxBytes, maxElements, maxDepth));
    }
  }
}
