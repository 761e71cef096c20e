import ArgumentParser
import ExpositionFormat
import Foundation
import MetricModel
import PromQLSyntax
import SampleStore
import StorageAPI

/// `tocsin store export`
struct StoreExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write samples as OpenMetrics text with timestamps.",
    discussion: """
      What it writes can be read by `promtool tsdb create-blocks-from openmetrics` and others. Stale markers are left out. \
      Example: tocsin store export data --match 'node_load1{instance=~"db.*"}' --from 2026-05-01T00:00:00Z
      """)

  @OptionGroup var store: StoreFolder
  @Option(
    help: "A series selector; may be given more than once. Without it all series are written.")
  var match: [String] = []
  @Option(help: "The first time, as 2026-05-01T00:00:00Z.") var from: String?
  @Option(help: "The last time, likewise.") var through: String?
  @Option(name: [.short, .customLong("output")], help: "A file; without it standard output.")
  var output: String?

  func run() async throws {
    await Startup.exitOnFailure {
      let selections = try selections()
      let store = try await SampleStore.reading(store.folder) { event in
        FileHandle.standardError.write(Data("tocsin: \(event)\n".utf8))
      }
      let file = try Self.open(output)
      var text: [UInt8] = []
      for metric in try await store.labelValues(of: Label.metricName, selections) {
        var hasBegun = false
        for (labels, series) in try await Self.series(of: metric, in: store, selections) {
          var columns = SampleColumns()
          try series.selection.read(
            series.place, from: selections[0].from, through: selections[0].through, into: &columns)
          for place in columns.timestamps.indices where !StaleMarker.isStale(columns.values[place])
          {
            if !hasBegun { text += Array("# TYPE \(metric) unknown\n".utf8) }
            hasBegun = true
            Self.append(labels, metric, columns, place, to: &text)
          }
          if text.count > 1 << 20 {
            try file.write(contentsOf: Data(text))
            text.removeAll(keepingCapacity: true)
          }
        }
      }
      text += Array("# EOF\n".utf8)
      try file.write(contentsOf: Data(text))
    }
  }

  private func selections() throws -> [SeriesSelection] {
    let from = try Self.time(from, "--from") ?? .distantPast
    let through = try Self.time(through, "--through") ?? .distantFuture
    let all = match.isEmpty ? [#"{__name__=~".+"}"#] : match
    return try all.map {
      SeriesSelection(
        matchers: try PromQLParser.parseSelector($0).allMatchers, from: from, through: through)
    }
  }

  /// The series of a metric that any of the selections contains, each once and sorted, and the
  /// positions of their samples.
  private static func series(
    of metric: String, in store: SampleStore, _ selections: [SeriesSelection]
  ) async throws -> [(Labels, (selection: any SelectedSeries, place: Int))] {
    var found: [Labels: (any SelectedSeries, Int)] = [:]
    for selection in selections {
      var selection = selection
      selection.matchers.append(LabelMatcher(Label.metricName, equals: metric))
      let selected = try await store.select(selection)
      for (place, labels) in selected.labels.enumerated() where found[labels] == nil {
        found[labels] = (selected, place)
      }
    }
    return found.sorted { $0.key < $1.key }
  }

  private static func append(
    _ labels: Labels, _ metric: String, _ columns: SampleColumns, _ place: Int,
    to text: inout [UInt8]
  ) {
    text.append(contentsOf: metric.utf8)
    var separator = UInt8(ascii: "{")
    for label in labels where label.name != Label.metricName {
      text.append(separator)
      separator = UInt8(ascii: ",")
      ExpositionWriter.appendLabel(name: label.name, value: label.value, to: &text)
    }
    if separator == UInt8(ascii: ",") { text.append(UInt8(ascii: "}")) }
    text.append(UInt8(ascii: " "))
    FloatFormat.append(columns.values[place], to: &text)
    let time = columns.timestamps[place]
    let sign = time < 0 ? "-" : ""
    let fraction = String(time.magnitude % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    text.append(contentsOf: " \(sign)\(time.magnitude / 1000).\(zeros)\(fraction)\n".utf8)
  }

  private static func open(_ path: String?) throws -> FileHandle {
    guard let path else { return .standardOutput }
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw ValidationError("\(path): cannot be written; name another file") }
    return file
  }

  private static func time(_ text: String?, _ flag: String) throws -> Timestamp? {
    guard let text else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw ValidationError("\(flag): \"\(text)\" is no time; write one as 2026-05-01T00:00:00Z")
    }
    return time
  }
}
