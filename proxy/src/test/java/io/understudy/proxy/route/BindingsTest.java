package io.understudy.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.proxy.route.Bindings.Transaction;
import org.junit.jupiter.api.Test;

class BindingsTest {
  @Test
  void shouldBeFreeOnlyWhenNothingBinds() {
    assertThat(Bindings.FREE.isFree()).isTrue();
    assertThat(Bindings.FREE.with(Transaction.WATCHING).isFree()).isFalse();
    assertThat(Bindings.FREE.with(Transaction.QUEUEING).isFree()).isFalse();
    assertThat(Bindings.FREE.withSubscriptions(1).isFree()).isFalse();
    assertThat(Bindings.FREE.withMonitor().isFree()).isFalse();
    assertThat(Bindings.FREE.withTracking(true).isFree()).isFalse();
    assertThat(Bindings.FREE.withFlags().isFree()).isFalse();
    assertThat(Bindings.FREE.withForeign().isFree()).isFalse();
  }

  @Test
  void shouldBeFreeAgainWhenWhatBoundIsOver() {
    Bindings bound =
        Bindings.FREE.with(Transaction.QUEUEING).withSubscriptions(2).withTracking(true);

    assertThat(bound.with(Transaction.NONE).withSubscriptions(0).isFree()).isFalse();
    assertThat(bound.with(Transaction.NONE).withSubscriptions(0).withTracking(false).isFree())
        .isTrue();
  }

  @Test
  void shouldKeepSessionsWithDifferentStateApart() {
    PoolKey fresh = PoolKey.FRESH;

    assertThat(fresh.withDatabase(1).withDatabase(0)).isEqualTo(fresh);
    assertThat(fresh.withDatabase(1)).isNotEqualTo(fresh);
    assertThat(fresh.withProtocol(3)).isNotEqualTo(fresh);
    assertThatThrownBy(() -> fresh.withProtocol(4)).isInstanceOf(IllegalArgumentException.class);
  }
}
