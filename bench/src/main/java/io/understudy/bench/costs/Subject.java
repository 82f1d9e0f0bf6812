package io.understudy.bench.costs;

import io.understudy.bench.measure.Connection;
import io.understudy.bench.measure.CpuSample;
import io.understudy.bench.measure.LoadResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  private static final Pattern READS = Pattern.compile("cmdstat_get:calls=(\\d{1,18}),");

  /** Loads it once, and takes what it used meanwhile. */
  Sample measure(Load load, long requests) throws IOException, InterruptedException {
    long readsBefore = replicaReads();
    CpuSample before = CpuSample.of(pid);
    List<CpuSample> serversBefore = servers();
    LoadResult result = load.run(port, requests);
    CpuSample.Use used = CpuSample.of(pid).since(before);
    List<CpuSample> serversAfter = servers();
    long serverNanos = 0;
    for (int i = 0; i < serversAfter.size(); i++) {
      serverNanos += serversAfter.get(i).since(serversBefore.get(i)).totalNanos();
    }
    long reads = load.reads(requests);
    return new Sample(
        result,
        used.totalNanos() / NANOS_PER_MICRO / requests,
        serverNanos / NANOS_PER_MICRO / requests,
        reads == 0 ? 0 : (double) (replicaReads() - readsBefore) / reads);
  }

  /** How many reads the replica says that it has answered since it started. */
  long replicaReads() throws IOException {
    if (replicaPort == 0) {
      return 0;
    }
    try (Connection to = new Connection(replicaPort)) {
      Matcher calls = READS.matcher(to.call("INFO", "commandstats"));
      return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }
  }

  private List<CpuSample> servers() throws IOException {
    List<CpuSample> samples = new ArrayList<>();
    for (long server : serverPids) {
      samples.add(CpuSample.of(server));
    }
    return samples;
  }
}
