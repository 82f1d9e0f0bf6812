package io.understudy.topology;

/**
 * A host and a TCP port where a server listens; never an identity, because another server may
 * listen there tomorrow.
 *
 * @param host a name or an IP address, without brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) implements Comparable<Address> {
  /** The highest TCP port. */
  public static final int MAX_PORT = 65_535;

  public Address {
    if (host.isEmpty() || host.indexOf(' ') >= 0 || host.indexOf('[') >= 0) {
      throw new IllegalArgumentException(
          "'" + host + "' is not a host; write a name or an IP address");
    }
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          port + " is not a port; write a number from 1 to " + MAX_PORT);
    }
  }

  /**
   * Reads {@code host:port}, {@code 10.0.0.1:6379} or {@code [2001:db8::1]:6379}.
   *
   * @throws IllegalArgumentException in one line that says what is wrong and what to write
   */
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || colon == text.length() - 1) {
      throw new IllegalArgumentException(
          "'" + text + "' has no port; write host:port, such as 10.0.0.1:6379");
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (!bracketed && host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' looks like an IPv6 address; write it in brackets, such as [2001:db8::1]:6379");
    }
    String digits = text.substring(colon + 1);
    int port;
    try {
      port = Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + digits + "' in '" + text + "' is not a port; write a number from 1 to " + MAX_PORT,
          e);
    }
    return new Address(bracketed ? host.substring(1, host.length() - 1) : host, port);
  }

  @Override
  public int compareTo(Address other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
