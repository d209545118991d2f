package dev.posthouse.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class JvmCommandTest {

    @Test
    void theGenerationsOfTheSerialCollectorAreAdded() throws IOException {
        assertThat(JvmCommand.usedKib("""
                        4711:
                        DefNew     total 116160K, used 31005K [0x0000000687400000, 0x000000068f200000, 0x0000000704d50000)
                         eden space 103296K,  30% used [0x0000000687400000, 0x00000006892477c0, 0x000000068d8e0000)
                         from space 12864K,   0% used [0x000000068d8e0000, 0x000000068d8e0000, 0x000000068e570000)
                        Tenured    total 258048K, used 1166K [0x0000000704d50000, 0x0000000714950000, 0x0000000800000000)
                         the  space 258048K,   0% used [0x0000000704d50000, 0x0000000704e73ab8, 0x0000000714950000)
                        """)).isEqualTo(32_171);
    }

    @Test
    void theHeapOfTheGarbageFirstCollectorIsOne() throws IOException {
        assertThat(JvmCommand.usedKib("""
                        4711:
                        garbage-first heap   total reserved 6172672K, committed 393216K, used 10734K [0x00, 0x01)
                         region size 4096K, 3 young (12288K), 1 survivors (4096K)
                        """)).isEqualTo(10_734);
    }

    @Test
    void anAnswerWithoutAHeapIsAnError() {
        assertThatThrownBy(() -> JvmCommand.usedKib("4711:\nno such command"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("GC.heap_info says nothing of a heap");
    }

    @Test
    void thisProcessHasAHeap() throws IOException {
        assertThat(JvmCommand.usedHeapKib(ProcessHandle.current().pid())).isGreaterThan(1024);
    }
}
