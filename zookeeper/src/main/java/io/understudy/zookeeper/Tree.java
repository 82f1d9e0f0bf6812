package io.understudy.zookeeper;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The names below the prefix. */
final class Tree {
  static final String KEEPERS = "keepers";
  static final String LEADERS = "leaders";
  static final String JOURNALS = "journals";
  static final String HISTORIES = "histories";
  static final String TOPOLOGIES = "topologies";
  static final String PUBLISHED = "published";
  static final String PARTS_OF_PUBLISHED = "published-parts";
  static final String PROXIES = "proxies";
  static final String REQUESTS = "requests";

  /** Groups are counted in so many parts: about the root of the most that are expected. */
  static final int PARTS = 64;

  private Tree() {}

  static String keeper(String id) {
    return KEEPERS + "/" + encoded(id);
  }

  static String proxy(String id) {
    return PROXIES + "/" + encoded(id);
  }

  static String request(String id) {
    return REQUESTS + "/" + encoded(id);
  }

  static String journal(String group) {
    return JOURNALS + "/" + encoded(group);
  }

  static String history(String group) {
    return HISTORIES + "/" + encoded(group);
  }

  static String page(String group, long number) {
    return history(group) + "/" + number;
  }

  /** The node that counts the publications of a part of the groups. */
  static String part(int part) {
    return PARTS_OF_PUBLISHED + "/" + part;
  }

  /** The part that a group belongs to: 0 to {@link #PARTS} - 1. */
  static int partOf(String group) {
    return Math.floorMod(group.hashCode(), PARTS);
  }

  static String topology(String group) {
    return TOPOLOGIES + "/" + encoded(group);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }
}
