package io.understudy.app.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The page that a scraper gets.
 *
 * @param contentType what the page is, with its version
 */
public record Exposition(String contentType, String body) {
  private static final ExpositionFormats FORMATS = ExpositionFormats.init();

  /**
   * Writes the numbers in the format that the scraper accepts: OpenMetrics when it says so,
   * otherwise Prometheus' text format, which a person can read too.
   *
   * @param accept the request's {@code Accept} header; empty when it has none
   */
  public static Exposition of(MetricSnapshots numbers, String accept) {
    // The protobuf format is binary and needs a library; who offers it takes text as well.
    ExpositionFormatWriter writer =
        accept.contains("application/openmetrics-text")
            ? FORMATS.getOpenMetricsTextFormatWriter()
            : FORMATS.getPrometheusTextFormatWriter();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writer.write(out, numbers);
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array cannot fail to be written to", e);
    }
    return new Exposition(writer.getContentType(), out.toString(StandardCharsets.UTF_8));
  }
}
