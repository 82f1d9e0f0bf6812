package io.understudy.app.rest;

import java.util.List;

/** Writes reports for a person: at most 100 columns where addresses allow, no colours. */
final class ReportText {
  private ReportText() {}

  /** All groups: one line each, one line per node. */
  static String status(List<GroupReport> groups) {
    StringBuilder text = new StringBuilder();
    for (GroupReport group : groups) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      headline(text, group);
      nodes(text, group);
    }
    return text.toString();
  }

  /** One group with everything that led to the present decision. */
  static String explain(GroupReport group) {
    StringBuilder text = new StringBuilder();
    headline(text, group);
    nodes(text, group);
    section(text, "evidence", group.evidence());
    section(text, "journal, newest last", group.journal());
    return text.toString();
  }

  private static void headline(StringBuilder text, GroupReport group) {
    text.append("group ")
        .append(group.name())
        .append("   epoch ")
        .append(group.epoch())
        .append("   primary ")
        .append(group.primary().orElse("NONE"))
        .append('\n');
    if (!group.listeners().isEmpty()) {
      text.append("  served at ").append(String.join(", ", group.listeners())).append('\n');
    }
    text.append("  rule ").append(group.rule()).append(": ").append(group.reason()).append('\n');
    group
        .operation()
        .ifPresent(o -> text.append("  under way or to come: ").append(o).append('\n'));
  }

  private static void nodes(StringBuilder text, GroupReport group) {
    int width = group.nodes().stream().mapToInt(n -> n.address().length()).max().orElse(0);
    for (GroupReport.NodeReport node : group.nodes()) {
      text.append("  ")
          .append(padded(node.address(), width))
          .append("  ")
          .append(padded(node.role(), "primary".length()));
      String offset =
          node.offset().isPresent() ? "offset " + node.offset().getAsLong() : "offset unknown";
      text.append("  ").append(padded(offset, "offset 1234567890".length()));
      text.append("  ").append(node.health());
      if (!node.link().isEmpty()) {
        text.append(", ").append(node.link());
      }
      text.append('\n');
    }
    group.differences().forEach(line -> text.append("  ").append(line).append('\n'));
  }

  private static void section(StringBuilder text, String title, List<String> lines) {
    if (lines.isEmpty()) {
      return;
    }
    text.append("  ").append(title).append(":\n");
    for (String line : lines) {
      text.append("    ").append(line).append('\n');
    }
  }

  private static String padded(String word, int width) {
    return word + " ".repeat(Math.max(0, width - word.length()));
  }
}
