package io.understudy.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  private static final String SERIAL_HEAP =
      """
      4711:
       DefNew     total 9792K, used 700K [0x00000000e0000000, 0x00000000e0aa0000, 0x00000000eaaa0000)
        eden space 8704K,   8% used [0x00000000e0000000, 0x00000000e00af000, 0x00000000e0880000)
       Tenured    total 21888K, used 3000K [0x00000000eaaa0000, 0x00000000ec000000, 0x0000000100000000)
        the space 21888K,  13% used [0x00000000eaaa0000, 0x00000000ead8e000, 0x00000000ec000000)
       Metaspace       used 9999K, committed 10000K, reserved 1114112K
      """;

  private static final List<String> SMAPS =
      List.of(
          "e0000000-e0aa0000 rw-p 00000000 00:00 0 ",
          "Size:              10880 kB",
          "Rss:                8000 kB",
          "Pss:                8000 kB",
          "eaaa0000-ec000000 rw-p 00000000 00:00 0 ",
          "Rss:                4000 kB",
          "7f0000000000-7f0000100000 rw-p 00000000 00:00 0 ",
          "Rss:                 512 kB",
          "VmFlags: rd wr mr mw me ac sd ");

  @Test
  void shouldTellHeapFromTheRest() throws IOException {
    assertThat(ProcessMemory.parse(SERIAL_HEAP, SMAPS))
        .isEqualTo(new ProcessMemory(3_700 << 10, 512 << 10, (12_000 + 512) << 10));
  }

  @Test
  void shouldReadHeapOfG1() throws IOException {
    String heap =
        " garbage-first heap   total 32768K, used 2048K [0x00000000e0000000, 0x00000000e2000000,"
            + " 0x0000000100000000)\n  region size 1024K, 1 young (1024K), 0 survivors (0K)\n";

    assertThat(ProcessMemory.parse(heap, SMAPS).heapUsedBytes()).isEqualTo(2_048 << 10);
  }

  @Test
  void shouldRefuseHeapItCannotRead() {
    assertThatThrownBy(() -> ProcessMemory.parse("ZHeap used 4M", SMAPS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ZHeap");
  }

  @Test
  void shouldReadPeakBesidePresentSize() throws IOException {
    List<String> status = List.of("Name:\tjava", "VmHWM:\t  181244 kB", "VmRSS:\t  164000 kB");

    assertThat(ProcessMemory.field("VmHWM", status)).isEqualTo(181_244L << 10);
    assertThat(ProcessMemory.field("VmRSS", status)).isEqualTo(164_000L << 10);
    assertThatThrownBy(() -> ProcessMemory.field("VmHWM", List.of("State:\tZ (zombie)")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has ended");
  }
}
