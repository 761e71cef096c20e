/// A row of the report.
struct ReportRow {
  let workload: Workload
  let bench: PreparedWorkload
  let measurement: Measurement

  static let header =
    padded("workload") + right("min ns/op") + right("median ns/op") + right("max ns/op")
    + right("ops") + right("MB/s")

  var text: String {
    let operations = Double(bench.operations)
    let speed = bench.bytes.map { Double($0) * 1000 / measurement.median }
    return Self.padded(workload.name) + Self.right(Self.number(measurement.minimum / operations))
      + Self.right(Self.number(measurement.median / operations))
      + Self.right(Self.number(measurement.maximum / operations))
      + Self.right("\(bench.operations * measurement.count)")
      + Self.right(speed.map(Self.number) ?? "-")
  }

  static func padded(_ text: String) -> String {
    text + String(repeating: " ", count: max(1, 28 - text.utf8.count))
  }

  private static func right(_ text: String) -> String {
    String(repeating: " ", count: max(1, 15 - text.utf8.count)) + text
  }

  /// The number with one decimal below 100 and none above.
  private static func number(_ value: Double) -> String {
    guard value < 100 else { return "\(Int(value.rounded()))" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
