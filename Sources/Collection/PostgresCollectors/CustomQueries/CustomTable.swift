import ExpositionFormat
import MetricModel

/// Converts the rows of a custom query to a result.
struct CustomTable {
  /// One value of a row.
  private struct Entry {
    let family: Int
    let labels: [String]
    let content: CustomAnswer.Content

    var seriesCount: Int {
      guard case .histogram(let bounds, _, _, _) = content else { return 1 }
      return bounds.count + 3
    }
  }

  private let query: CustomQuery
  private let database: String?
  private var metrics: [CustomMetric]
  private var positions: [String: Int] = [:]
  /// The columns that no metric mentions, by the names of their metrics.
  private var undeclared: [String: String] = [:]
  private var types: [String: UInt32]
  private var answer = CustomAnswer()
  private var seen: [Set<[String]>]
  private var series = 0
  /// The sums of the rows beyond the limits, by family and labels.
  private var others: [(family: Int, labels: [String], sum: Double)] = []

  init(_ query: CustomQuery, columns given: [CustomColumn], version: Int, database: String?) {
    let columns = given.map(\.name)
    self.query = query
    self.database = database
    for (index, column) in columns.enumerated() where positions[column] == nil {
      positions[column] = index
    }
    types = [:]
    metrics = query.metrics.filter { $0.versions.contains(version) }
    if let undeclared = query.undeclared {
      for column in columns where !undeclared.known.contains(column) {
        let metric = Self.untyped(column, undeclared)
        metrics.append(metric)
        self.undeclared[metric.name] = column
      }
    }
    seen = Array(repeating: [], count: metrics.count)
    answer.families = metrics.map { metric in
      CustomAnswer.Family(
        name: metric.name, type: metric.type, help: metric.help,
        labels: metric.labelNames + (database == nil ? [] : [CustomQuery.databaseLabel]))
    }
    for column in Set(metrics.flatMap(\.columns)).sorted() where positions[column] == nil {
      answer.complain("the statement gives no column \"\(column)\"")
    }
    // With rows the cells are checked; without rows, the column types.
    types = Dictionary(given.map { ($0.name, $0.type) }) { first, _ in first }
  }

  /// Warnings that follow from the columns' types alone, if there is no row.
  private func foresight() -> [String] {
    metrics.filter { $0.reading == .number && $0.type != .unknown }.flatMap(\.values)
      .compactMap { value in
        types[value.column].flatMap { CustomColumn.words[$0] }.map {
          "column \"\(value.column)\" is \($0); a value must be a number, a boolean or a time"
        }
      }
  }

  /// The families of the rows; rows beyond a limit are treated as the query says.
  mutating func read<Rows: PostgresRows & ~Copyable>(_ rows: borrowing Rows) -> CustomAnswer {
    answer.rows = rows.rowCount
    let capacity = query.maxSeries - (query.onOverflow == .other ? metrics.count : 0)
    for row in 0..<rows.rowCount {
      let entries = entries(of: rows, row)
      let count = entries.reduce(0) { $0 + $1.seriesCount }
      if row >= query.maxRows || series + count > capacity {
        answer.overflowRows += 1
        if query.onOverflow == .other { addToOthers(entries) }
        // The rest is not exposed, only counted.
        if query.onOverflow != .other {
          answer.overflowRows = rows.rowCount - row
          break
        }
      } else {
        series += count
        for entry in entries { append(entry) }
      }
    }
    for other in others {
      append(Entry(family: other.family, labels: other.labels, content: .of(other.sum)))
    }
    if rows.rowCount == 0 { answer.warnings += foresight() }
    answer.families.removeAll { family in
      guard family.samples.isEmpty else { return false }
      if undeclared[family.name] == nil { answer.silent.append(family) }
      return true
    }
    answer.warnings += answer.families.compactMap { family in
      undeclared[family.name].map { "column \"\($0)\" is not declared: \(family.name) is untyped" }
    }
    return answer
  }

  private mutating func append(_ entry: Entry) {
    guard seen[entry.family].insert(entry.labels).inserted else {
      answer.complain(
        "\(metrics[entry.family].name): several rows have the same labels, and the first is shown")
      return
    }
    answer.families[entry.family].samples.append(
      CustomAnswer.Sample(labels: entry.labels, content: entry.content))
  }

  private mutating func addToOthers(_ entries: [Entry]) {
    for entry in entries {
      guard case .number(let bits) = entry.content else { continue }
      let value = Double(bitPattern: bits)
      guard value.isFinite else { continue }
      var labels = entry.labels
      for index in metrics[entry.family].labels.indices { labels[index] = "other" }
      if let known = others.firstIndex(where: { $0.family == entry.family && $0.labels == labels })
      {
        others[known].sum += value
      } else {
        others.append((entry.family, labels, value))
      }
    }
  }

  private static func untyped(_ column: String, _ rule: UndeclaredColumns) -> CustomMetric {
    var metric = CustomMetric(
      name: "\(rule.prefix)_\(nameable(column))", type: .unknown,
      help: "Unknown metric from \(rule.prefix)", labels: rule.labels,
      values: [CustomMetric.Value(column: column)])
    metric.null = .nan
    return metric
  }

  /// A column's name as part of a metric's: `?column?` becomes `_column_`.
  private static func nameable(_ column: String) -> String {
    NameRules.isLabelName("a\(column)")
      ? column
      : String(column.unicodeScalars.map { NameRules.isLabelName("a\($0)") ? Character($0) : "_" })
  }
}

extension CustomTable {
  private mutating func entries<Rows: PostgresRows & ~Copyable>(
    of rows: borrowing Rows, _ row: Int
  ) -> [Entry] {
    var entries: [Entry] = []
    for (index, metric) in metrics.enumerated() {
      let labels =
        metric.labels.map { label in
          LabelText.tamed(positions[label.column].flatMap { rows.text(row, $0) } ?? "")
        } + metric.staticLabels.map(\.value)
      for value in metric.values {
        guard let content = content(of: value.column, metric, rows, row) else { continue }
        let last = metric.valueLabel == nil ? [] : [value.label ?? value.column]
        entries.append(
          Entry(
            family: index, labels: labels + last + (database.map { [$0] } ?? []), content: content))
      }
    }
    return entries
  }

  private mutating func content<Rows: PostgresRows & ~Copyable>(
    of column: String, _ metric: CustomMetric, _ rows: borrowing Rows, _ row: Int
  ) -> CustomAnswer.Content? {
    if case .constant(let value) = metric.reading { return .of(value * metric.scale) }
    guard let position = positions[column] else { return nil }
    guard let text = rows.text(row, position) else { return metric.null.map { .of($0) } }
    switch metric.reading {
    case .number:
      if let number = rows.number(row, position) ?? CellReading.unixSeconds(text) {
        return .of(number * metric.scale)
      }
      if metric.type == .unknown { return nil }
      complain(column, text, "a number")
    case .mapping(let numbers):
      if let number = numbers[text] { return .of(number * metric.scale) }
      complain(column, text, "in the mapping")
    case .duration:
      if let number = CellReading.milliseconds(text) { return .of(number * metric.scale) }
      complain(column, text, "a duration")
    case .histogram: return histogram(column, text, rows, row)
    case .constant: break
    }
    return nil
  }

  private mutating func histogram<Rows: PostgresRows & ~Copyable>(
    _ column: String, _ bounds: String, _ rows: borrowing Rows, _ row: Int
  ) -> CustomAnswer.Content? {
    func text(_ suffix: String) -> String? {
      positions[column + suffix].flatMap { rows.text(row, $0) }
    }
    guard let bounds = CellReading.array(bounds),
      let counts = text("_bucket").flatMap(CellReading.array), counts.count == bounds.count,
      let sum = text("_sum").flatMap(Double.init), let count = text("_count").flatMap(Double.init)
    else {
      answer.complain("\(column) and its _bucket, _sum and _count make no histogram")
      return nil
    }
    let pairs = zip(bounds, counts).sorted { $0.0 < $1.0 }.filter { $0.0 < .infinity }
    guard zip(pairs, pairs.dropFirst()).allSatisfy({ $0.0 < $1.0 && $0.1 <= $1.1 }),
      pairs.last.map({ $0.1 <= count }) ?? true
    else {
      answer.complain("the buckets of \(column) are not cumulative")
      return nil
    }
    return .histogram(bounds: pairs.map(\.0), counts: pairs.map(\.1), sum: sum, count: count)
  }

  private mutating func complain(_ column: String, _ text: String, _ kind: String) {
    let shown = LabelText.tamed(text).prefix(40)
    answer.complain("column \"\(column)\" holds \"\(shown)\", which is not \(kind)")
  }
}

/// A column of a statement's result.
package struct CustomColumn: Sendable, Equatable {
  /// Its name.
  package var name: String
  /// The OID of its type in `pg_type`; 0 if unknown.
  package var type: UInt32

  /// Makes a column.
  package init(_ name: String, type: UInt32 = 0) {
    self.name = name
    self.type = type
  }

  /// Types whose texts are hardly ever numbers, with their names.
  static let words: [UInt32: String] = [
    17: "bytea", 18: "char", 19: "name", 25: "text", 114: "json", 869: "inet", 1042: "char",
    1043: "varchar", 1186: "an interval", 2950: "uuid", 3802: "jsonb",
  ]
}

extension CustomQuery {
  /// The result of rows from a server of this version.
  package func answer<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, columns: [CustomColumn], version: Int, database: String? = nil
  ) -> CustomAnswer {
    var table = CustomTable(self, columns: columns, version: version, database: database)
    return table.read(rows)
  }
}
