import YAMLDecoding
import MetricModel
import PostgresCollectors

extension CustomQueryDecoder {
  /// The usages of columns in postgres_exporter's format.
  private enum Usage: String, CaseIterable {
    case label = "LABEL"
    case counter = "COUNTER"
    case gauge = "GAUGE"
    case histogram = "HISTOGRAM"
    case mapped = "MAPPEDMETRIC"
    case duration = "DURATION"
    case discard = "DISCARD"
  }

  private struct Column {
    let name: String
    let usage: Usage
    let help: String
    let mapping: [String: Double]
    let versions: VersionRange
    let node: ConfigNode
  }

  /// Queries that are cached for at least this long run in the background.
  private static let slowFrom: Duration = .seconds(60)
  /// The search path of sessions; `"$user"` is the schema named like the role.
  private static let searchPath = ["pg_catalog", "$user", "public"]

  /// Decodes postgres_exporter's format: namespaces with their queries. The second result is the
  /// set of built-in queries that an empty statement turns off.
  func postgresExporterFormat(_ root: ConfigMapping) -> (
    queries: [CustomQuery], disabled: Set<String>
  ) {
    var queries: [CustomQuery] = []
    var disabled: Set<String> = []
    for pair in root.pairs {
      _ = root.node(pair.key)
      let before = diagnostics.count
      guard
        let mapping = ConfigMapping(
          pair.value, context: "the query \"\(pair.key)\"", diagnostics: diagnostics)
      else { continue }
      if let text = mapping.string("query"), text.isEmpty {
        if let name = BuiltInNames.query(ofNamespace: pair.key) {
          disabled.insert(name)
        } else {
          warn(mapping, "an empty query turns a built-in namespace off, and this is none")
        }
        continue
      }
      let query = query(named: pair.key, in: mapping)
      if diagnostics.count == before, let query { queries.append(query) }
    }
    return (queries, disabled)
  }

  private func query(named name: String, in mapping: ConfigMapping) -> CustomQuery? {
    guard NameRules.isMetricName(name) else {
      mapping.report("\"\(name)\" is no start of a metric name", fix: "use letters, digits and _")
      return nil
    }
    let sql =
      mapping.node("query") == nil ? "SELECT * FROM \(name)" : statement("query", in: mapping)
    var query = CustomQuery(name: name, sql: sql ?? "")
    query.searchPath = Self.searchPath
    query.ttl = .seconds(mapping.int("cache_seconds", in: 0...31_536_000) ?? 0)
    if query.ttl >= Self.slowFrom {
      query.lane = .slow
      query.timeout = CustomQueryLimits.slowTimeout
    }
    // The first database of a server is the one in its connection string.
    query.databases = mapping.bool("master") == true ? [] : databases
    query.versions = range("runonserver", in: mapping) ?? .all
    let columns = columns(in: mapping)
    let labels = labels(columns, in: query)
    query.metrics = columns.compactMap { metric($0, of: query, labels: labels) }
    var known = Set(columns.map(\.name))
    for column in columns where column.usage == .histogram {
      known.formUnion(["_bucket", "_sum", "_count"].map { column.name + $0 })
    }
    query.undeclared = UndeclaredColumns(prefix: name, labels: labels, known: known)
    for pair in mapping.pairs
    where !["query", "master", "cache_seconds", "runonserver", "metrics"].contains(pair.key) {
      warn(mapping, "unknown key \"\(pair.key)\" has no effect", at: pair.position)
    }
    return query
  }

  private func labels(_ columns: [Column], in query: CustomQuery) -> [CustomLabel] {
    var labels: [CustomLabel] = []
    for column in columns where column.usage == .label {
      var name = column.name
      // Prometheus renames labels that collide with those of the target in the same way.
      if name == "server" || (name == CustomQuery.databaseLabel && !query.databases.isEmpty) {
        name = "exported_\(name)"
      }
      if isLabel(name, at: column.node) { labels.append(CustomLabel(column.name, name: name)) }
    }
    return labels
  }

  private func columns(in mapping: ConfigMapping) -> [Column] {
    var columns: [Column] = []
    for entry in mapping.list("metrics") {
      guard case .mapping(let pairs) = entry.kind else {
        diagnostics.report(
          entry.error(
            "the entries of \"metrics\" must be columns, not \(entry.kindName)",
            fix: "write - column: {usage: GAUGE, description: ...}"))
        continue
      }
      for pair in pairs {
        if let column = column(pair) { columns.append(column) }
        if columns.dropLast().contains(where: { $0.name == pair.key }) {
          diagnostics.report(pair.value.error("column \"\(pair.key)\" is there twice"))
        }
      }
    }
    return columns
  }

  private func column(_ pair: ConfigPair) -> Column? {
    guard
      let mapping = ConfigMapping(
        pair.value, context: "the column \"\(pair.key)\"", diagnostics: diagnostics)
    else { return nil }
    let usage: Usage? = mapping.choice("usage")
    if mapping.node("usage") == nil { mapping.missing("usage", fix: "LABEL, GAUGE or COUNTER") }
    let help = mapping.string("description") ?? ""
    let numbers = numbers("metric_mapping", in: mapping)
    let versions = range("pg_version", in: mapping) ?? .all
    if usage == .mapped, numbers == nil { mapping.missing("metric_mapping") }
    for pair in mapping.pairs
    where !["usage", "description", "metric_mapping", "pg_version"].contains(pair.key) {
      warn(mapping, "unknown key \"\(pair.key)\" has no effect", at: pair.position)
    }
    return usage.map {
      Column(
        name: pair.key, usage: $0, help: help, mapping: numbers ?? [:], versions: versions,
        node: pair.value)
    }
  }

  private func range(_ key: String, in mapping: ConfigMapping) -> VersionRange? {
    guard let text = mapping.string(key) else { return nil }
    if let range = VersionRange(parsing: text) { return range }
    mapping.report(
      "\"\(key)\" is no range of versions: \"\(text)\"", key: key,
      fix: "write it like \">=9.6.0 <12.0.0\"")
    return nil
  }

  private func warn(_ mapping: ConfigMapping, _ text: String, at place: ConfigPosition? = nil) {
    diagnostics.warn(
      mapping.source.error("\(mapping.context): \(text)", at: place ?? mapping.position))
  }
}

extension CustomQueryDecoder {
  private func metric(
    _ column: Column, of query: CustomQuery, labels: [CustomLabel]
  ) -> CustomMetric? {
    let type: MetricType
    var suffix = ""
    var reading = CustomMetric.Reading.number
    switch column.usage {
    case .label, .discard: return nil
    case .counter: type = .counter
    case .gauge: type = .gauge
    case .histogram: (type, reading) = (.histogram, .histogram)
    case .mapped: (type, reading) = (.gauge, .mapping(column.mapping))
    case .duration: (type, reading, suffix) = (.gauge, .duration, "_milliseconds")
    }
    let name = "\(query.name)_\(column.name)\(suffix)"
    if NameRules.isMetricName(name), !BuiltInNames.isReserved(name),
      let owner = BuiltInNames.owner(of: name, selection)
    {
      diagnostics.warn(
        column.node.source.error(
          "\(name) is shown by the built-in collector postgres.\(owner), and not by this query",
          at: column.node.position, fix: "disable the collector to have the query's"))
      return nil
    }
    guard isMetric(name, at: column.node) else { return nil }
    var metric = CustomMetric(
      name: name, type: type, help: column.help, labels: labels,
      values: [CustomMetric.Value(column: column.name)])
    metric.reading = reading
    metric.versions = column.versions
    if reading == .number { metric.null = .nan }
    return metric
  }
}
