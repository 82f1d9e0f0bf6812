package io.understudy.proxy;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.understudy.proxy.backend.Transport;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that listens already and is passed from process to process, so that connections which
 * wait at it are not lost.
 *
 * @param listener the listener whose socket it is, as {@link Listener#toString} writes it
 * @param descriptor the file descriptor, as this process numbers it
 */
public record ListeningSocket(String listener, FileDescriptor descriptor) {
  private static final Logger LOG = LoggerFactory.getLogger(ListeningSocket.class);

  /** That of a channel; it stays the channel's. */
  static ListeningSocket of(Listener listener, UnixChannel channel) {
    return new ListeningSocket(listener.toString(), channel.fd());
  }

  /** Takes the one of a listener out of those that are left, if there is one. */
  static Optional<ListeningSocket> take(List<ListeningSocket> left, Listener listener) {
    Optional<ListeningSocket> found =
        left.stream().filter(each -> each.listener.equals(listener.toString())).findFirst();
    found.ifPresent(left::remove);
    return found;
  }

  /** Makes the channel that accepts from it; the descriptor is the channel's from then on. */
  ChannelFactory<ServerChannel> channels(Transport transport) {
    return switch (transport) {
      case EPOLL -> () -> new EpollServerSocketChannel(descriptor.intValue());
      case IO_URING, NIO ->
          throw new IllegalStateException("only proxy.transport: epoll takes a socket over");
    };
  }

  /** Closes this process's descriptor; the socket goes on to listen in the others that have one. */
  public void close() {
    try {
      descriptor.close();
    } catch (IOException e) {
      LOG.warn("the socket of {} could not be closed: {}", listener, e.getMessage());
    }
  }
}
