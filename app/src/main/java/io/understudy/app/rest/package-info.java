/**
 * What the running program says of itself over HTTP, on a loopback address unless told otherwise.
 *
 * <p>What enters: GET requests, and reports that {@code wiring} makes. What leaves: JSON, or plain
 * text when asked for with {@code Accept: text/plain}. Each request runs on a virtual thread and
 * changes nothing. The server is the JDK's own: it starts in some 80 ms where Javalin takes a
 * second and 41 jars, and three read-only pages need no more. Binding fails with {@link
 * java.io.IOException}; a bad request gets a 4xx with one line.
 */
@NullMarked
package io.understudy.app.rest;

import org.jspecify.annotations.NullMarked;
