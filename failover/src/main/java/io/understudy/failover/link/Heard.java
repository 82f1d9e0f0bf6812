package io.understudy.failover.link;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A reply, or what came instead of it.
 *
 * @param value the reply; null for a null reply and after a failure
 * @param failure an error reply, the end of the connection or of patience; null after a reply
 */
public record Heard<T>(@Nullable T value, @Nullable Throwable failure) {

  /** A future that never fails. */
  public static <T> CompletableFuture<Heard<T>> of(CompletionStage<T> reply) {
    return reply
        .handle((T value, Throwable failure) -> new Heard<>(value, unwrapped(failure)))
        .toCompletableFuture();
  }

  /** Hands the reply to {@code to} on {@code thread} when it comes. */
  public static <T> void then(CompletionStage<T> reply, Executor thread, Consumer<Heard<T>> to) {
    var unused = of(reply).thenAcceptAsync(to, thread);
  }

  /** The failure's words; empty when there was none. */
  public String failureText() {
    if (failure == null) {
      return "";
    }
    return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
  }

  private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
    return failure instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : failure;
  }
}
