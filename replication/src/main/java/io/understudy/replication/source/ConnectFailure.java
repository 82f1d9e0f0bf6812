package io.understudy.replication.source;

import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;

/** Why there is no connection, in words that do not depend on the kind of socket. */
public final class ConnectFailure {
  private ConnectFailure() {}

  /** What to say of an attempt that failed, with what to do. */
  public static String words(Throwable cause) {
    return "cannot be reached: "
        + switch (cause) {
          case ConnectTimeoutException e ->
              "nothing answers there in time; is it stopped, or firewalled?";
          case UnknownHostException e -> "its name has no address; correct it, or add it to DNS";
          case ConnectException e when String.valueOf(e.getMessage()).contains("refused") ->
              "nothing listens there; start the server, or correct the address";
          default -> cause.getMessage();
        };
  }
}
