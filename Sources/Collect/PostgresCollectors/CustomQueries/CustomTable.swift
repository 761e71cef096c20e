import MetricModel

/// The rows of a custom query on their way to an answer.
struct CustomTable {
  /// One value that a row gives.
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
  private var answer = CustomAnswer()
  private var seen: [Set<[String]>]
  private var series = 0
  /// The sums of the rows beyond the limits, by family and labels.
  private var others: [(family: Int, labels: [String], sum: Double)] = []

  init(_ query: CustomQuery, columns: [String], version: Int, database: String?) {
    self.query = query
    self.database = database
    for (index, column) in columns.enumerated() where positions[column] == nil {
      positions[column] = index
    }
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
  }

  /// The rows' families; rows beyond the limits are dealt with as the query says.
  mutating func read<Rows: PostgresRows & ~Copyable>(_ rows: borrowing Rows) -> CustomAnswer {
    answer.rows = rows.rowCount
    let room = query.maxSeries - (query.onOverflow == .other ? metrics.count : 0)
    for row in 0..<rows.rowCount {
      let entries = entries(of: rows, row)
      let count = entries.reduce(0) { $0 + $1.seriesCount }
      if row >= query.maxRows || series + count > room {
        answer.overflowRows += 1
        if query.onOverflow == .other { addToOthers(entries) }
        // Nobody sees the rest; it is only counted.
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
    answer.families.removeAll { $0.samples.isEmpty }
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

extension CustomQuery {
  /// The answer that rows of a server of this version make.
  package func answer<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, columns: [String], version: Int, database: String? = nil
  ) -> CustomAnswer {
    var table = CustomTable(self, columns: columns, version: version, database: database)
    return table.read(rows)
  }
}
