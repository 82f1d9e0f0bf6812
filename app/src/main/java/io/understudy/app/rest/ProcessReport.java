package io.understudy.app.rest;

import java.time.Duration;

/**
 * What an operator may know of the process itself.
 *
 * @param version of the program
 * @param uptime since the JVM started
 * @param heapBytes in use on the heap
 * @param directBytes allocated beside the heap for the buffers of connections
 */
public record ProcessReport(String version, Duration uptime, long heapBytes, long directBytes) {}
