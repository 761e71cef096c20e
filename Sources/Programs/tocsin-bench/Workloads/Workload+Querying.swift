import MetricModel
import PromQLEngine
import PromQLSyntax
import SampleStore
import StorageAPI

extension Workload {
  /// Workloads of the query engine.
  static let querying: [Workload] = [
    Workload("promql/parse", "one expression of the kind that rules hold, read and checked") {
      PreparedWorkload(operations: expressions.count, bytes: expressions.joined().utf8.count) {
        for text in expressions { blackHole(try QueryEngine.parse(text)) }
      }
    },
    Workload("promql/parse-100", "one expression of 100 characters, read and checked") {
      PreparedWorkload(operations: 100, bytes: 100 * hundredCharacters.utf8.count) {
        for _ in 0..<100 { blackHole(try QueryEngine.parse(hundredCharacters)) }
      }
    },
    Workload("promql/latest", "one query job=\"job3\" > 0: 1,000 of 10,000 series") {
      try await query("tocsin_bench_total{job=\"job3\"} > 0")
    },
    Workload("promql/rate", "one query sum by (job) (rate(m[5m])): 10,000 series of 40 samples") {
      try await query("sum by (job) (rate(tocsin_bench_total[5m]))")
    },
    Workload("promql/rate-range", "the same at 20 instants") {
      try await query("sum by (job) (rate(tocsin_bench_total[5m]))", steps: 20)
    },
  ]

  private static func query(_ text: String, steps: Int = 1) async throws -> PreparedWorkload {
    let bench = try await BenchStore(series: 10_000, steps: 40)
    return try query(text, steps: steps, bench)
  }

  /// A query at the newest instant of a store, or at `steps` instants up to it.
  static func query(_ text: String, steps: Int, _ bench: BenchStore) throws -> PreparedWorkload {
    let engine = QueryEngine(querier: bench.store)
    let expression = try QueryEngine.parse(text)
    let end = bench.now
    let start = end.adding(milliseconds: -Int64(steps - 1) * bench.interval)
    var prepared = PreparedWorkload {
      if steps == 1 {
        blackHole(try await engine.instant(expression, at: end).warnings.count)
      } else {
        blackHole(
          try await engine.range(
            expression, from: start, through: end, step: bench.interval
          ).warnings.count)
      }
    }
    prepared.cleanUp = { await bench.remove() }
    return prepared
  }

  private static let hundredCharacters =
    "sum by (job, code) (rate(http_requests_total{job=~\"api.*\", code!=\"200\"}[5m] offset 1h)) / 60 > 0.125"

  private static let expressions = [
    "up == 0",
    "100 - (avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\"}[5m])) * 100) > 90",
    "node_filesystem_avail_bytes{fstype!~\"tmpfs|overlay\"} / node_filesystem_size_bytes < 0.1",
    "histogram_quantile(0.99, sum by (le, job) (rate(http_request_duration_seconds_bucket[5m])))",
    "predict_linear(node_filesystem_avail_bytes[6h], 24 * 3600) < 0",
    "max_over_time(pg_stat_activity_max_tx_duration{datname!=\"\"}[10m]) > 300 unless on (job) up == 0",
    "label_replace(sum without (cpu) (rate(node_softnet_dropped_total[1m])), \"host\", \"$1\", \"instance\", \"(.*):.*\")",
    "sum(rate(a_total[5m])) by (x) / ignoring (y) group_left sum(rate(b_total[5m])) by (x, y)",
    "absent(redis_up{instance=\"cache:6379\"} offset 5m)",
    "topk(5, sum by (groupname) (namedprocess_namegroup_memory_bytes{memtype=\"resident\"}))",
  ]
}
