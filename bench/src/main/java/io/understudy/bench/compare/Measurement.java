package io.understudy.bench.compare;

import io.understudy.bench.measure.LoadResult;

/**
 * What one target did in one round.
 *
 * @param load as the client saw it
 * @param proxyWorkMicros processor time of the proxy's own threads, per request; 0 for direct
 * @param proxyRuntimeMicros processor time of its virtual machine's threads, per request
 * @param redisMicros processor time of Redis, per request
 * @param outsideCores processor time of everything that is neither target, Redis nor client, per
 *     second; negative by a rounding error at most
 */
record Measurement(
    LoadResult load,
    double proxyWorkMicros,
    double proxyRuntimeMicros,
    double redisMicros,
    double outsideCores) {
  double requestsPerSecond() {
    return load.requestsPerSecond();
  }

  double proxyMicros() {
    return proxyWorkMicros + proxyRuntimeMicros;
  }
}
