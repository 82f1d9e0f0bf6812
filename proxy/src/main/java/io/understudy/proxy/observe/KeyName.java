package io.understudy.proxy.observe;

/**
 * A key of a group.
 *
 * @param database its number
 * @param name at most {@link Excerpt#MOST_KEY} bytes of it, a character for each
 */
public record KeyName(int database, String name) {}
