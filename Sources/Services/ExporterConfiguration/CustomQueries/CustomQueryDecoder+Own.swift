import Configuration
import YAMLDecoding
import MetricModel
import PostgresCollectors

extension CustomQueryDecoder {
  /// Decodes Tocsin's own format: `queries`, a list.
  func tocsinFormat(_ root: ConfigMapping) -> [CustomQuery] {
    let queries = root.mappings("queries", context: "a query").compactMap { query(in: $0) }
    root.finish()
    return queries
  }

  private func query(in mapping: ConfigMapping) -> CustomQuery? {
    let before = diagnostics.count
    let name = mapping.requiredString("name")
    let sql = statement("query", in: mapping)
    var query = CustomQuery(name: name ?? "", sql: sql ?? "")
    // A description for readers of the file, without effect.
    _ = mapping.string("desc")
    readSchedule(of: &query, in: mapping)
    readPlace(of: &query, in: mapping)
    query.maxRows = mapping.int("max_rows", in: 1...200_000) ?? query.maxRows
    query.maxSeries = mapping.int("max_series", in: 1...100_000) ?? query.maxSeries
    query.onOverflow = mapping.choice("on_overflow") ?? query.onOverflow
    query.predicates = mapping.mappings("predicate_queries", context: "a predicate query")
      .compactMap { entry in
        let name = entry.string("name")
        let sql = statement("predicate_query", in: entry)
        entry.finish()
        return sql.map { CustomQuery.Predicate(name: name ?? "without a name", sql: $0) }
      }
    let objects = mapping.mappings("metrics", context: "a metric")
    query.metrics = objects.compactMap { metric(in: $0, databases: query.databases) }
    if objects.isEmpty { mapping.missing("metrics", fix: "say what the columns are") }
    let isSkipped = mapping.bool("skip") ?? false
    mapping.refuse(
      ["tags", "fatal"], fix: "use role, databases, min_version and predicate_queries")
    mapping.finish()
    return diagnostics.count > before || isSkipped ? nil : query
  }

  private func readSchedule(of query: inout CustomQuery, in mapping: ConfigMapping) {
    query.lane = mapping.choice("lane") ?? .fast
    if query.lane == .slow {
      query.timeout = CustomQueryLimits.slowTimeout
      query.ttl = selection.slowInterval
    }
    query.ttl = mapping.duration("ttl") ?? query.ttl
    if query.lane == .slow, query.ttl < .seconds(10) {
      mapping.report(
        "the ttl of a slow query is at least 10s", key: "ttl", fix: "or put it in lane: fast")
    }
    query.timeout = positive("timeout", in: mapping) ?? query.timeout
    query.lockTimeout = positive("lock_timeout", in: mapping) ?? query.lockTimeout
  }

  private func positive(_ key: String, in mapping: ConfigMapping) -> Duration? {
    guard let duration = mapping.duration(key) else { return nil }
    guard duration > .zero, duration <= .seconds(3_600) else {
      mapping.report("\"\(key)\" must be more than 0 and at most 1h", key: key)
      return nil
    }
    return duration
  }

  private func readPlace(of query: inout CustomQuery, in mapping: ConfigMapping) {
    query.role = mapping.choice("role") ?? .any
    query.databases = databases
    if mapping.node("databases") != nil {
      query.databases = mapping.strings("databases", orSingle: true)
    }
    if Set(query.databases).count < query.databases.count {
      mapping.report("a database is named twice", key: "databases")
    }
    if mapping.node("search_path") != nil {
      query.searchPath = mapping.strings("search_path", orSingle: true)
    }
    let lower = version("min_version", in: mapping)
    let upper = version("max_version", in: mapping)
    query.versions = VersionRange(from: lower, before: upper)
    if let lower, let upper, lower >= upper {
      mapping.report(
        "no version is from min_version on and before max_version", key: "max_version",
        fix: "max_version itself is not meant any more")
    }
  }

  /// Decodes a version, either as PostgreSQL numbers it (150000) or as people write it (15, 9.6).
  private func version(_ key: String, in mapping: ConfigMapping) -> Int? {
    guard let text = mapping.string(key) else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    switch (parts.count, parts[0], parts.count > 1 ? parts[1] : 0) {
    case (1, .some(let number), _) where number >= 90_000 && number < 1_000_000: return number
    case (1...2, .some(let major), .some(let minor))
    where (10...99).contains(major) && (0...999).contains(minor):
      return major * 10_000 + minor
    case (2, 9, .some(let minor)) where (0...6).contains(minor): return 90_000 + minor * 100
    default:
      mapping.report(
        "\"\(key)\" in a query must be a version, not \"\(text)\"", key: key,
        fix: "write 15, 9.6 or 150000")
      return nil
    }
  }
}

extension CustomQueryDecoder {
  private enum Kind: String, CaseIterable {
    case counter, gauge, untyped, histogram
  }

  private func metric(in mapping: ConfigMapping, databases: [String]) -> CustomMetric? {
    let before = diagnostics.count
    let name = mapping.requiredString("metric_name")
    if let name, let node = mapping.node("metric_name") { _ = isMetric(name, at: node) }
    let kind: Kind? = mapping.choice("type")
    if mapping.node("type") == nil { mapping.missing("type", fix: "counter or gauge") }
    let values = mapping.strings("values", orSingle: true)
    let labels = mapping.textNodes("key_labels").filter { isLabel($0.text, at: $0.node) }
    var metric = CustomMetric(
      name: name ?? "", type: MetricType(word: kind?.rawValue ?? "") ?? .unknown,
      help: mapping.string("help") ?? "From a query of this exporter's configuration.",
      labels: labels.map { CustomLabel($0.text) },
      values: values.map { CustomMetric.Value(column: $0) })
    for pair in mapping.stringPairs("static_labels") where isLabel(pair.key, at: pair.node) {
      metric.staticLabels.append(Label(name: pair.key, value: pair.text))
    }
    metric.valueLabel = mapping.string("value_label")
    if let label = metric.valueLabel, let node = mapping.node("value_label") {
      _ = isLabel(label, at: node)
    }
    metric.scale = mapping.double("scale") ?? 1
    metric.null = mapping.double("default")
    if kind == .histogram { metric.reading = .histogram }
    if let numbers = numbers("mapping", in: mapping) { metric.reading = .mapping(numbers) }
    if let value = mapping.double("static_value") {
      metric.reading = .constant(value)
      metric.values.append(CustomMetric.Value(column: ""))
    }
    check(metric, values, in: mapping, databases: databases)
    mapping.finish()
    return diagnostics.count > before ? nil : metric
  }

  private func check(
    _ metric: CustomMetric, _ values: [String], in mapping: ConfigMapping, databases: [String]
  ) {
    if values.isEmpty == (mapping.node("static_value") == nil) {
      mapping.report(
        "a metric has either \"values\" or \"static_value\"", fix: "name the column of the value")
    }
    if values.count > 1, metric.valueLabel == nil {
      mapping.report(
        "with several values a metric needs \"value_label\"", key: "values",
        fix: "name the label that distinguishes the columns")
    }
    let names = metric.labelNames + (databases.isEmpty ? [] : [CustomQuery.databaseLabel])
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      mapping.report(
        "the label \"\(twice)\" is there twice",
        fix: twice == CustomQuery.databaseLabel && !databases.isEmpty
          ? "\"databases\" sets it already" : nil)
    }
    if let both = Set(values).intersection(metric.labels.map(\.column)).min() {
      mapping.report("column \"\(both)\" is both a label and a value", key: "values")
    }
    if metric.type == .histogram, values.count > 1 || metric.reading != .histogram {
      mapping.report(
        "a histogram has one value and neither mapping nor static_value",
        fix: "the columns X, X_bucket, X_sum and X_count make it")
    }
  }
}
