package import CollectorCore
import MetricModel

/// A query whose columns are labels and values: the list of columns is the statement and the
/// families at once.
package struct TableQuery: PostgresQuery {
  /// A column that becomes a metric.
  package struct Value: Sendable {
    let column: String
    let metric: String
    let type: MetricType
    let help: String
    let expression: String?
    /// The expression for servers from a version on.
    let newer: (since: Int, sql: String)?
    let versions: ClosedRange<Int>
    /// What NULL stands for; nil leaves the sample out.
    let null: Double?

    func expression(version: Int) -> String {
      if let newer, version >= newer.since { return newer.sql }
      return expression ?? column
    }

    /// A value; `since` and `before` bound the versions that have the column, `sql` is the
    /// expression unless the column itself is the value, `newer` that for newer servers, and
    /// `metric` the end of the name unless it is that of the column.
    static func of(
      _ type: MetricType, _ column: String, _ help: String, metric: String? = nil,
      sql: String? = nil, newer: (since: Int, sql: String)? = nil, since: Int = 0,
      before: Int = .max, null: Double? = nil
    ) -> Value {
      Value(
        column: column, metric: metric ?? column, type: type, help: help, expression: sql,
        newer: newer, versions: since...(before - 1), null: null)
    }
  }

  /// A column that becomes a label.
  package struct Label: Sendable {
    let name: String
    let expression: String

    /// A label; `sql` is the expression unless the column of this name is the value.
    static func of(_ name: String, sql: String? = nil) -> Label {
      Label(name: name, expression: sql ?? name)
    }
  }

  package let name: String
  package var pace = QueryPace.everyScrape
  package var isEnabledByDefault = true
  /// The start of every metric name.
  let prefix: String
  /// The first version that has the view.
  var since = 0
  let labels: [Label]
  let values: [Value]
  /// What follows the columns: from `FROM` on.
  let source: String
  /// A different source for servers from a version on.
  var newerSource: (since: Int, source: String)?

  package func sql(version: Int) -> String? {
    let present = values.filter { $0.versions.contains(version) }
    guard version >= since, !present.isEmpty else { return nil }
    let columns =
      labels.map { "\($0.expression) AS \($0.name)" }
      + present.map { "\($0.expression(version: version)) AS \($0.column)" }
    let newer = newerSource.flatMap { version >= $0.since ? $0.source : nil }
    return "SELECT \(columns.joined(separator: ", ")) \(newer ?? source)"
  }

  package func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    let labelColumns = labels.map { rows.column($0.name) }
    let names = labels.map(\.name)
    for value in values {
      guard let column = rows.column(value.column) else { continue }
      buffer.family(prefix + value.metric, value.type, value.help, labels: names)
      for row in 0..<rows.rowCount {
        guard let number = rows.number(row, column) ?? value.null else { continue }
        buffer.beginSample()
        for label in labelColumns {
          buffer.label(label.flatMap { rows.text(row, $0) } ?? "")
        }
        buffer.endSample(number)
      }
    }
  }
}
