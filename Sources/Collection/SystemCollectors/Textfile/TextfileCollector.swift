import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Metrics that other programs write into files ending in `.prom`.
///
/// An invalid file is left out as a whole and reported in `tocsin_textfile_error`; the others are
/// exposed. A family that files describe differently is left out of all of them.
struct TextfileCollector: Collector {
  private let directories: [String]
  /// Whether a missing directory is an error.
  private let mustExist: Bool
  private let maximumAge: Duration?

  /// The directory to which Debian's packages write for node_exporter.
  static let defaultDirectory = "/var/lib/prometheus/node-exporter"

  init(_ context: SystemContext) {
    directories =
      context.textfileDirectories.isEmpty ? [Self.defaultDirectory] : context.textfileDirectories
    mustExist = !context.textfileDirectories.isEmpty
    maximumAge = context.textfileMaximumAge
  }

  /// The contents of all files.
  private struct Content {
    var times: [(file: String, seconds: Int64)] = []
    var errors: [(file: String, reason: String)] = []
    var order: [String] = []
    var families: [String: TextfileFamily] = [:]
    /// The files of each family without a HELP line.
    var sources: [String: [String]] = [:]
    var conflicts: Set<String> = []
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    var content = Content()
    for directory in directories.flatMap(FilePattern.directories) {
      do {
        let names = try Directory.open(directory).names()
        for name in names where name.hasSuffix(".prom") {
          read("\(directory)/\(name)", now: context.wallTime, into: &content)
        }
      } catch {
        if mustExist || !error.isMissing { content.errors.append((directory, "unreadable")) }
      }
    }
    for name in content.order where !content.conflicts.contains(name) {
      guard let family = content.families[name] else { continue }
      show(family, sources: content.sources[name] ?? [], in: &buffer)
    }
    addState(content, to: &buffer)
  }

  private func read(_ path: String, now: Timestamp, into content: inout Content) {
    do {
      let seconds = try FileSystemUsage.modificationTime(of: path)
      var file = ReadBuffer()
      try file.read(path: path)
      let families = try TextfileReader.families(file.span)
      content.times.append((path, seconds))
      let age = Duration.milliseconds(now.rawValue - seconds * 1000)
      if let maximumAge, age > maximumAge {
        content.errors.append((path, "too_old"))
        return
      }
      for family in families { add(family, from: path, to: &content) }
    } catch let rejection as TextfileReader.Rejection {
      content.errors.append((path, rejection.reason))
    } catch {
      // A file that was renamed since the listing is no error.
      if (error as? SystemError)?.isMissing != true {
        content.errors.append((path, "unreadable"))
      }
    }
  }

  /// Merges a family with the same one of other files.
  private func add(_ family: TextfileFamily, from path: String, to content: inout Content) {
    content.sources[family.name, default: []].append(path)
    guard var known = content.families[family.name] else {
      content.order.append(family.name)
      content.families[family.name] = family
      return
    }
    let helpsDiffer = known.help != nil && family.help != nil && known.help != family.help
    if helpsDiffer || known.type != family.type {
      content.conflicts.insert(family.name)
      content.errors.append((path, "conflict"))
      return
    }
    known.help = known.help ?? family.help
    known.samples += family.samples
    content.families[family.name] = known
  }

  private func addState(_ content: Content, to buffer: inout FamilyBuffer) {
    buffer.gauge(
      "node_textfile_scrape_error", "Whether a file or directory of metrics was left out.",
      content.errors.isEmpty ? 0 : 1)
    buffer.family(
      "node_textfile_mtime_seconds", .gauge, "When the file was last changed, in Unix time.",
      labels: ["file"])
    for (file, seconds) in content.times { buffer.add(Double(seconds), file) }
    buffer.family(
      "tocsin_textfile_error", .gauge, "1 for each file that was left out, and why.",
      labels: ["file", "reason"])
    for (file, reason) in content.errors { buffer.add(1, file, reason) }
  }
}

extension TextfileCollector {
  private func show(
    _ family: TextfileFamily, sources: [String], in buffer: inout FamilyBuffer
  ) {
    let names = family.labelNames
    let help = family.help ?? "Metric read from \(sources.joined(separator: ", "))"
    buffer.family(family.name, family.type, help, labels: names)
    guard let part = family.partLabel else {
      for sample in family.samples {
        buffer.add(sample.value, values: names.map { sample.value(of: $0) })
      }
      return
    }
    // The lines of one histogram or summary, in the order in which they begin.
    var order: [[String]] = []
    var groups: [[String]: [TextfileFamily.Sample]] = [:]
    for sample in family.samples {
      let values = names.map { sample.value(of: $0) }
      if groups[values] == nil { order.append(values) }
      groups[values, default: []].append(sample)
    }
    for values in order { show(groups[values] ?? [], values, part, in: &buffer) }
  }

  private func show(
    _ samples: [TextfileFamily.Sample], _ values: [String], _ part: String,
    in buffer: inout FamilyBuffer
  ) {
    let sum = samples.first { $0.suffix == "_sum" }?.value ?? .nan
    let parts = samples.compactMap { sample -> (Double, Double)? in
      guard let text = sample.labels.first(where: { $0.name == part })?.value else { return nil }
      return (text == "+Inf" ? .infinity : Double(text) ?? .nan, sample.value)
    }.sorted { $0.0 < $1.0 }
    let count =
      samples.first { $0.suffix == "_count" }?.value ?? parts.last { $0.0 == .infinity }?.1 ?? .nan
    if part == "le" {
      buffer.addHistogram(
        buckets: parts.filter { $0.0.isFinite }.map { (bound: $0.0, count: $0.1) }, sum: sum,
        count: count, values: values)
    } else {
      buffer.addSummary(
        quantiles: parts.map { (quantile: $0.0, value: $0.1) }, sum: sum, count: count,
        values: values)
    }
  }
}

extension TextfileFamily.Sample {
  /// The value of a label; empty if the sample does not have it.
  fileprivate func value(of name: String) -> String {
    labels.first { $0.name == name }?.value ?? ""
  }
}
