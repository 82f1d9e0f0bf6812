package io.understudy.proxy.route;

/**
 * How many clients one listener takes, beside the bound of the whole proxy.
 *
 * @param clients all of them together
 * @param clientsPerAddress from one address
 */
public record Admission(int clients, int clientsPerAddress) {
  /** As many as the whole proxy takes. */
  public static final Admission ANY = new Admission(Integer.MAX_VALUE, Integer.MAX_VALUE);

  /** Refuses bounds that would let nobody in. */
  public Admission {
    if (clients < 1 || clientsPerAddress < 1) {
      throw new IllegalArgumentException("a listener takes at least one client");
    }
  }
}
