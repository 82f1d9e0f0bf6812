package io.understudy.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.bench.measure.CpuSample.ThreadCpu;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuSampleTest {
  @Test
  void shouldReadTimeOnProcessorFromSchedstat() {
    assertThat(CpuSample.parseSchedstat("38265432 1298734 77\n")).isEqualTo(38_265_432);
  }

  @Test
  void shouldReadTicksWhenProgramNameHoldsSpacesAndBrackets() {
    String stat =
        "4242 (odd ) (name) S 1 4242 4242 0 -1 4194560 1 2 3 4 17 25 31 47 20 0 12 0 99 1 2";

    assertThat(CpuSample.parseStatTicks(stat)).isEqualTo(17 + 25);
    assertThat(MachineLoad.parseChildrenTicks(stat)).isEqualTo(31 + 47);
  }

  @Test
  void shouldKeepThreadsOfTheVirtualMachineApart() {
    CpuSample before =
        new CpuSample(
            Map.of(1L, new ThreadCpu("loop-0", 1_000), 2L, new ThreadCpu("C2 CompilerThre", 500)),
            0);
    CpuSample after =
        new CpuSample(
            Map.of(
                1L, new ThreadCpu("loop-0", 5_000),
                2L, new ThreadCpu("C2 CompilerThre", 700),
                3L, new ThreadCpu("loop-1", 30)),
            0);

    CpuSample.Use use = after.since(before);

    assertThat(use).isEqualTo(new CpuSample.Use(4_030, 200));
    assertThat(use.totalNanos()).isEqualTo(4_230);
  }

  @Test
  void shouldCountEndedThreadsFromProcessTicks() {
    CpuSample before =
        new CpuSample(
            Map.of(1L, new ThreadCpu("loop-0", 0), 2L, new ThreadCpu("C1 CompilerThre", 0)), 10);
    CpuSample after = new CpuSample(Map.of(1L, new ThreadCpu("loop-0", 20_000_000)), 15);

    assertThat(after.since(before)).isEqualTo(new CpuSample.Use(20_000_000, 30_000_000));
  }

  @Test
  void shouldReadThisProcess() throws IOException {
    CpuSample sample = CpuSample.of(ProcessHandle.current().pid());

    assertThat(sample.threads()).isNotEmpty();
    assertThat(sample.since(sample).totalNanos()).isZero();
  }

  @Test
  void shouldRefuseProcessThatDoesNotExist() {
    assertThatThrownBy(() -> CpuSample.of(Long.MAX_VALUE)).isInstanceOf(IOException.class);
  }

  @Test
  void shouldLeaveIdleAndWaitingOutOfBusyTime() {
    String stat = "cpu  10 20 30 4000 5000 60 70 80 900 1000\ncpu0 1 2 3 4 5 6 7 8 9 10\n";

    assertThat(MachineLoad.parseBusyTicks(stat)).isEqualTo(10 + 20 + 30 + 60 + 70 + 80);
  }

  @Test
  void shouldNotCountOwnChildrenAsOthers() {
    MachineLoad before = new MachineLoad(100, 10);
    MachineLoad after = new MachineLoad(180, 60);

    assertThat(after.nanosSince(before)).isEqualTo(30 * CpuSample.TICK_NANOS);
  }
}
