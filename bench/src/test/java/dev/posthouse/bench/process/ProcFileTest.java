package dev.posthouse.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcFileTest {

    @Test
    void userAndSystemTimeAreAddedEvenIfTheNameHoldsBlanksAndParentheses() {
        String stat = "4711 (a b) c) S 1 4711 4711 0 -1 4194560 100 200 0 0 250 50 7 9 20 0 1 0 12345 1000 100";

        assertThat(ProcFile.cpuSeconds(stat)).isEqualTo(3.0);
    }

    @Test
    void residentMemoryIsReadFromTheRollup() throws IOException {
        List<String> rollup = List.of(
                "55a000-7ffd000 ---p 00000000 00:00 0   [rollup]",
                "Rss:               21344 kB",
                "Pss:               20001 kB",
                "Pss_Dirty:          9000 kB");

        assertThat(ProcFile.memory(rollup)).isEqualTo(new MemoryUse(21_344, 20_001));
    }

    @Test
    void aRollupWithoutResidentMemoryIsAnError() {
        assertThatThrownBy(() -> ProcFile.memory(List.of("Pss: 1 kB")))
                .isInstanceOf(IOException.class)
                .hasMessage("smaps_rollup has no line Rss:");
    }

    @Test
    void theSoftDescriptorLimitCounts() throws IOException {
        assertThat(ProcFile.descriptorLimit(List.of(
                        "Limit                     Soft Limit           Hard Limit           Units",
                        "Max open files            1024                 20000                files")))
                .isEqualTo(1024);
    }

    @Test
    void thisProcessIsAJvmThatHasUsedProcessorAndMemory() throws IOException {
        long pid = ProcessHandle.current().pid();

        assertThat(ProcFile.isJvm(pid)).isTrue();
        assertThat(ProcFile.cpuSeconds(pid)).isPositive();
        assertThat(ProcFile.memory(pid).rssKib()).isGreaterThan(1024);
    }
}
