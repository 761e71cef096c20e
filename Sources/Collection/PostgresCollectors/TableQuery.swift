package import ExpositionFormat
import MetricModel

/// A query whose columns are labels and values: the list of columns defines both the statement and
/// the families.
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
    /// The value for NULL; `nil` leaves the sample out.
    let null: Double?
    /// The generation of names that the metric belongs to; nil if every generation has it.
    let generation: NameGeneration?
    /// The metric's names in full in other generations.
    let aliases: [(generation: NameGeneration, metric: String)]

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
      before: Int = .max, null: Double? = nil, generation: NameGeneration? = nil,
      also aliases: [(generation: NameGeneration, metric: String)] = []
    ) -> Value {
      Value(
        column: column, metric: metric ?? column, type: type, help: help, expression: sql,
        newer: newer, versions: since...(before - 1), null: null, generation: generation,
        aliases: aliases)
    }

    /// The metric's names when these generations are exposed.
    func names(prefix: String, in generations: Set<NameGeneration>) -> [String] {
      let own = generation.map { generations.contains($0) } ?? true
      let others = aliases.filter { generations.contains($0.generation) }.map(\.metric)
      return (own ? [prefix + metric] : []) + others
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
  package var scope = QueryScope.server
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
  /// The extension that provides the view; its schema replaces `@schema@` in the statement.
  var needs: String?
  /// Common table expressions before the SELECT.
  var with = ""
  /// The exposed generations of names.
  package var generations = NameGeneration.shownByDefault

  package func sql(for server: PostgresStatus) -> String? {
    guard let statement = sql(version: server.version) else { return nil }
    guard let needs else { return statement }
    return server.extensions[needs].map { statement.replacing("@schema@", with: $0.schema) }
  }

  package func showing(_ generations: Set<NameGeneration>) -> any PostgresQuery {
    var copy = self
    copy.generations = generations
    return copy
  }

  package func sql(version: Int) -> String? {
    let present = values.filter {
      $0.versions.contains(version) && !$0.names(prefix: prefix, in: generations).isEmpty
    }
    guard version >= since, !present.isEmpty else { return nil }
    let columns =
      labels.map { "\($0.expression) AS \($0.name)" }
      + present.map { "\($0.expression(version: version)) AS \($0.column)" }
    let newer = newerSource.flatMap { version >= $0.since ? $0.source : nil }
    return "\(with)SELECT \(columns.joined(separator: ", ")) \(newer ?? source)"
  }

  package func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    let labelColumns = labels.map { rows.column($0.name) }
    let names = labels.map(\.name)
    // Once for all the values of a row: a table has more than twenty.
    let texts = (0..<rows.rowCount).map { row in
      labelColumns.map { column in column.flatMap { rows.text(row, $0) } ?? "" }
    }
    for value in values {
      guard let column = rows.column(value.column) else { continue }
      for metric in value.names(prefix: prefix, in: generations) {
        buffer.family(metric, value.type, value.help, labels: names)
        for row in 0..<rows.rowCount {
          guard let number = rows.number(row, column) ?? value.null else { continue }
          buffer.beginSample()
          for text in texts[row] { buffer.label(text) }
          buffer.endSample(number)
        }
      }
    }
  }
}
