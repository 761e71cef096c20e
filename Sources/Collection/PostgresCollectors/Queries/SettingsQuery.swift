import ExpositionFormat
import MetricModel

/// Every boolean and numeric setting as a gauge of its own, in seconds or bytes where it has such a
/// unit.
struct SettingsQuery: PostgresQuery {
  let name = "settings"
  let pace = QueryPace.everyScrape
  let isEnabledByDefault = true

  /// `setting` as the server writes it, file modes in octal; but for settings that our own session
  /// has changed `reset_val`, which is what other sessions get.
  func sql(version: Int) -> String? {
    """
    SELECT name, CASE WHEN source = 'session' OR name = 'transaction_read_only' THEN reset_val
      ELSE setting END AS reset_val, unit, vartype
    FROM pg_settings WHERE vartype IN ('bool', 'integer', 'real') ORDER BY name
    """
  }

  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    guard let name = rows.column("name"), let value = rows.column("reset_val"),
      let unit = rows.column("unit"), let type = rows.column("vartype")
    else { return }
    for row in 0..<rows.rowCount {
      guard let name = rows.text(row, name), let value = rows.text(row, value) else { continue }
      let setting = Setting(
        name: name, value: value, unit: rows.text(row, unit) ?? "",
        type: rows.text(row, type) ?? "")
      // One odd setting of an extension must not affect the others.
      guard let metric = setting.metric else { continue }
      buffer.gauge(metric.name, "Server parameter \(name).", metric.value)
    }
  }
}

/// One row of `pg_settings`.
struct Setting {
  let name: String
  let value: String
  let unit: String
  let type: String

  /// The metric's name and value; `nil` if it is not a number or cannot be a name.
  var metric: (name: String, value: Double)? {
    let isOdd = name.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    let base = "pg_settings_" + (isOdd ? Self.underscored(name) : name)
    guard NameRules.isMetricName(base) else { return nil }
    if type == "bool" { return (base, value == "on" ? 1 : 0) }
    guard let number = Double(value) else { return nil }
    guard !unit.isEmpty, let (factor, suffix) = scale else { return (base, number) }
    // -1 means "off" or "as another setting says", not minus one block.
    return (base + suffix, number == -1 ? -1 : number * factor)
  }

  private static func underscored(_ name: String) -> String {
    String(
      decoding: name.utf8.map {
        $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0
      }, as: UTF8.self)
  }

  private static let times = [
    "us": 1e-6, "ms": 1e-3, "s": 1, "min": 60, "h": 3_600, "d": 86_400,
  ]
  private static let sizes: [(suffix: String, bytes: Double)] = [
    ("kB", 1_024), ("MB", 1_048_576), ("GB", 1_073_741_824), ("TB", 1_099_511_627_776), ("B", 1),
  ]

  private var scale: (factor: Double, suffix: String)? {
    if let seconds = Self.times[unit] { return (seconds, "_seconds") }
    for (size, factor) in Self.sizes where unit.hasSuffix(size) {
      // `8kB` counts blocks of 8 kB.
      let count = unit.dropLast(size.count)
      guard let count = count.isEmpty ? 1 : Double(count) else { return nil }
      return (count * factor, "_bytes")
    }
    return nil
  }
}
