package dev.posthouse.bench.measure;

/** What one run of a measure found for one metric, in the metric's unit. */
public record Figure(Metric metric, double value) {}
