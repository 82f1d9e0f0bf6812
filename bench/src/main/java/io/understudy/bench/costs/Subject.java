package io.understudy.bench.costs;

import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.LoadResult;
import io.understudy.bench.measure.RedisBenchmark;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One variant that runs, with servers of its own.
 *
 * @param port where it listens on 127.0.0.1
 * @param adminPort of its page of metrics
 * @param pid of Understudy
 * @param serverPids of the servers behind it
 * @param replicaPort of the first group's replica; 0 where there is none
 * @param loadOptions what redis-benchmark needs to reach it
 */
record Subject(
    Variant variant,
    int port,
    int adminPort,
    long pid,
    List<Long> serverPids,
    int replicaPort,
    List<String> loadOptions) {
  private static final double NANOS_PER_MICRO = 1000;

  /** Loads it once, and takes what it used meanwhile. */
  Sample measure(RedisBenchmark load, long requests) throws IOException, InterruptedException {
    CpuSample before = CpuSample.of(pid);
    List<CpuSample> serversBefore = servers();
    LoadResult result = load.run(port, requests);
    CpuSample.Use used = CpuSample.of(pid).since(before);
    List<CpuSample> serversAfter = servers();
    long serverNanos = 0;
    for (int i = 0; i < serversAfter.size(); i++) {
      serverNanos += serversAfter.get(i).since(serversBefore.get(i)).totalNanos();
    }
    return new Sample(
        result,
        used.totalNanos() / NANOS_PER_MICRO / requests,
        serverNanos / NANOS_PER_MICRO / requests);
  }

  private List<CpuSample> servers() throws IOException {
    List<CpuSample> samples = new ArrayList<>();
    for (long server : serverPids) {
      samples.add(CpuSample.of(server));
    }
    return samples;
  }
}
