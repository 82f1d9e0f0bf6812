package io.understudy.app.wiring;

import io.understudy.app.config.HookConfig;
import io.understudy.failover.hook.Hook;
import io.understudy.failover.hook.HookPoint;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Says to a keeper what the configuration says of hooks. */
final class HookOptions {
  private HookOptions() {}

  static List<Hook> of(List<HookConfig> hooks) {
    return hooks.stream().map(HookOptions::of).toList();
  }

  private static Hook of(HookConfig hook) {
    Set<HookPoint> at = hook.at().stream().map(HookOptions::point).collect(Collectors.toSet());
    return switch (hook.call()) {
      case HookConfig.Call.Run(List<String> command) ->
          new Hook(
              command.getFirst(),
              at,
              new Hook.Call.Program(command),
              hook.deadline(),
              hook.veto(),
              hook.vetoFor());
      case HookConfig.Call.Post post ->
          new Hook(
              post.toString(),
              at,
              new Hook.Call.Web(post.url(), post.secret().<Supplier<String>>map(s -> s::reveal)),
              hook.deadline(),
              hook.veto(),
              hook.vetoFor());
    };
  }

  private static HookPoint point(HookConfig.At at) {
    return switch (at) {
      case BEFORE_FAILOVER -> HookPoint.BEFORE_FAILOVER;
      case AFTER_FAILOVER -> HookPoint.AFTER_FAILOVER;
      case BEFORE_SWITCHOVER -> HookPoint.BEFORE_SWITCHOVER;
      case AFTER_SWITCHOVER -> HookPoint.AFTER_SWITCHOVER;
      case BEFORE_ADD -> HookPoint.BEFORE_ADD;
      case AFTER_ADD -> HookPoint.AFTER_ADD;
      case BEFORE_REMOVE -> HookPoint.BEFORE_REMOVE;
      case AFTER_REMOVE -> HookPoint.AFTER_REMOVE;
      case AFTER_REPAIR -> HookPoint.AFTER_REPAIR;
    };
  }
}
