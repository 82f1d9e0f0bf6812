package io.understudy.wire.scan;

/**
 * What a request may cost before the protocol is called broken.
 *
 * @param maxBulkBytes the longest argument: the server's {@code proto-max-bulk-len}, which an
 *     operator may raise to terabytes
 * @param maxArguments the most arguments of a command, the name included
 */
public record RequestLimits(long maxBulkBytes, int maxArguments) {
  /** The longest inline command and the longest header line, as in every server. */
  public static final int MAX_LINE_BYTES = 64 * 1024;

  /** What servers allow by default: 512 MB, and 2^31-1 arguments (Redis 6.0: 1,048,576). */
  public static final RequestLimits DEFAULT = new RequestLimits(512L << 20, Integer.MAX_VALUE);

  /**
   * No limits but those of the header's digits: for whoever passes long arguments on as they come,
   * to a server that has its own {@code proto-max-bulk-len} and refuses them itself.
   */
  public static final RequestLimits OF_THE_SERVER =
      new RequestLimits(Long.MAX_VALUE, Integer.MAX_VALUE);

  /** What servers allow before a client has authenticated: 10 arguments of 16 KB (since 6.0.16). */
  static final int UNAUTHENTICATED_ARGUMENTS = 10;

  static final int UNAUTHENTICATED_BULK_BYTES = 16 * 1024;

  /** Refuses limits that would refuse everything. */
  public RequestLimits {
    if (maxBulkBytes <= 0 || maxArguments <= 0) {
      throw new IllegalArgumentException(
          "limits are positive: " + maxBulkBytes + " bytes, " + maxArguments + " arguments");
    }
  }
}
