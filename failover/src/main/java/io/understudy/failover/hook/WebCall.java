package io.understudy.failover.hook;

import io.understudy.failover.hook.HookRunner.Said;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts events to addresses, again and again within the deadline until there is an answer. Any
 * thread; blocks.
 */
final class WebCall implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** An attempt that hangs leaves time for another one, unless there is little left anyway. */
  private static final Duration SHORTEST_ATTEMPT = Duration.ofMillis(500);

  private static final int MOST_ANSWER_BYTES = 8_192;
  private static final String ALGORITHM = "HmacSHA256";
  private static final int TOO_MANY = 429;

  private final HttpClient client;
  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final CountDownLatch closing = new CountDownLatch(1);

  WebCall(ExecutorService threads, LongSupplier nanoTime, LongSupplier wallMillis) {
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(threads)
            .build();
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
  }

  Said post(Hook.Call.Web to, HookEvent event, long endNanos) {
    Duration pause = FIRST_PAUSE;
    String last = "";
    for (int attempt = 1; ; attempt++) {
      long left = endNanos - nanoTime.getAsLong();
      if (left <= 0) {
        return Said.of(HookAnswer.Kind.LATE, (attempt - 1) + " attempts; " + last);
      }
      try {
        Duration most = Duration.ofNanos(Math.min(left, Math.max(left / 2, shortest())));
        HttpResponse<InputStream> answer =
            client.send(request(to, event, most), HttpResponse.BodyHandlers.ofInputStream());
        int status = answer.statusCode();
        String text = body(answer);
        if (status < 500 && status != TOO_MANY) {
          return said(status, text);
        }
        last = "HTTP " + status;
      } catch (IOException e) {
        last = e.getClass().getSimpleName();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Said.of(HookAnswer.Kind.FAILED, "understudy is ending");
      }
      if (!pause(pause, endNanos)) {
        return Said.of(HookAnswer.Kind.FAILED, "understudy is ending");
      }
      pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }
  }

  private static long shortest() {
    return SHORTEST_ATTEMPT.toNanos();
  }

  private static Said said(int status, String text) {
    HookAnswer.Kind kind =
        status >= 200 && status < 300
            ? HookAnswer.Kind.AGREED
            : status == 403 || status == 409 ? HookAnswer.Kind.OBJECTED : HookAnswer.Kind.FAILED;
    return Said.of(kind, kind == HookAnswer.Kind.AGREED ? "" : ("HTTP " + status + " " + text));
  }

  private static String body(HttpResponse<InputStream> answer) throws IOException {
    try (InputStream body = answer.body()) {
      return new String(body.readNBytes(MOST_ANSWER_BYTES), StandardCharsets.UTF_8);
    }
  }

  private HttpRequest request(Hook.Call.Web to, HookEvent event, Duration most) {
    String body = event.json();
    String seconds = Long.toString(wallMillis.getAsLong() / 1_000);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to.address())
            .timeout(most)
            .header("Content-Type", "application/json")
            .header("User-Agent", "understudy")
            .header(
                "Understudy-Delivery",
                event.group() + "/" + event.operation() + "/" + event.point().word())
            .header("Understudy-Timestamp", seconds)
            .POST(HttpRequest.BodyPublishers.ofString(body));
    to.secret()
        .ifPresent(
            secret ->
                request.header(
                    "Understudy-Signature", "v1=" + signature(secret.get(), seconds, body)));
    return request.build();
  }

  /** HMAC-SHA256 of the timestamp, a dot and the body, in hexadecimal digits. */
  static String signature(String secret, String seconds, String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return HexFormat.of()
          .formatHex(mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /** Waits a while; false when nothing more is to be called. */
  private boolean pause(Duration pause, long endNanos) {
    try {
      long nanos = Math.min(pause.toNanos(), Math.max(1, endNanos - nanoTime.getAsLong()));
      return !closing.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    client.shutdownNow();
  }
}
