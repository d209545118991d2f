package dev.posthouse.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.bench.measure.Metric;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Metric RATE = new Metric("rate", "GB/s", 2);
    private static final Metric CPU = new Metric("cpu", "CPU s/GB", 3);

    @Test
    void aCellIsTheMedianWithItsRangeOverTheRoundsThatDidNotFail() {
        var rows = List.of(
                row(1, "a", 3.0),
                row(2, "a", 1.0),
                row(3, "a", 2.0),
                row(1, "b", 1.0),
                failed(2, "b"),
                row(3, "b", 2.0));

        assertThat(new Table("throughput", List.of(RATE), rows).lines())
                .containsExactly(
                        "| throughput | GB/s |", "|---|---|", "| a | 2.00 (1.00–3.00) |", "| b | 1.50 (1.00–2.00) |");
    }

    @Test
    void aMetricThatNobodyHasIsNoColumnAndOneThatSomeHaveIsEmptyForTheOthers() {
        var withCpu = new Row(1, "throughput", "b", List.of(RATE.of(1), CPU.of(0.25)), Optional.empty());
        var unused = new Metric("other", "other", 0);

        assertThat(new Table("throughput", List.of(RATE, CPU, unused), List.of(row(1, "a", 1.0), withCpu)).lines())
                .containsExactly(
                        "| throughput | GB/s | CPU s/GB |",
                        "|---|---|---|",
                        "| a | 1.00 | – |",
                        "| b | 1.00 | 0.250 |");
    }

    @Test
    void jsonHoldsConditionsFiguresAndFailures() {
        assertThat(Json.of(List.of("2 cores, \"quiet\""), List.of(row(1, "a", 0.5), failed(2, "a"))))
                .isEqualTo("""
                        {"conditions":["2 cores, \\"quiet\\""],
                        "rows":[
                        {"round":1,"measure":"throughput","contestant":"a","figures":{"rate":0.500000}},
                        {"round":2,"measure":"throughput","contestant":"a","failure":"ended\\u000aearly","figures":{}}
                        ]}
                        """);
    }

    private static Row row(int round, String contestant, double rate) {
        return new Row(round, "throughput", contestant, List.of(RATE.of(rate)), Optional.empty());
    }

    private static Row failed(int round, String contestant) {
        return new Row(round, "throughput", contestant, List.of(), Optional.of("ended\nearly"));
    }
}
