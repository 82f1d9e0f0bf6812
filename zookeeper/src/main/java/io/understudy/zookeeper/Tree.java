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
  static final String PROXIES = "proxies";
  static final String REQUESTS = "requests";

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

  static String topology(String group) {
    return TOPOLOGIES + "/" + encoded(group);
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }
}
