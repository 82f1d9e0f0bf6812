package io.understudy.proxy.backend;

/** Why a connection did not become a backend. */
public sealed interface Refusal {
  /** One sentence for an operator or a client. */
  String text();

  /** Nobody answers there, or the connection broke: worth another try. */
  record Unreachable(String text) implements Refusal {}

  /** Somebody answers who is not the published primary, or cannot be one now: try again later. */
  record NotPrimary(String text) implements Refusal {}

  /**
   * The server refuses the session's credentials or state.
   *
   * @param text the server's own error, without the leading minus
   */
  record Denied(String text) implements Refusal {}
}
