import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel
import PatternMatching

/// Models, flags and bugs of the processors, from /proc/cpuinfo; parsed again only when the file
/// changes.
struct ProcessorInformation: Sendable {
  /// The exposed properties of one processor.
  struct Processor: Equatable, Sendable {
    var labels: [String]
    var megahertz: Double?

    /// The package, core and number.
    var place: [String] { [labels[6], labels[1], labels[2]] }
  }

  private let path: String
  private let flagPattern: RegularExpression?
  private let bugPattern: RegularExpression?
  private var file = ReadBuffer(capacity: 65_536)

  private static let labels = [
    "cachesize", "core", "cpu", "family", "microcode", "model", "package", "model_name",
    "stepping", "vendor",
  ]
  private static let keys = [
    "cache size", "core id", "processor", "cpu family", "microcode", "model", "physical id",
    "model name", "stepping", "vendor_id",
  ]

  /// Returns nil if no property is selected.
  init?(_ context: SystemContext) {
    guard
      context.showsProcessorInformation || context.patterns.processorFlags != nil
        || context.patterns.processorBugs != nil
    else { return nil }
    path = context.proc.proc + "/cpuinfo"
    flagPattern = context.patterns.processorFlags
    bugPattern = context.patterns.processorBugs
  }

  mutating func add(to buffer: inout FamilyBuffer) throws {
    try file.readIfPresent(path: path)
    let known = try Self.parse(file.span)
    buffer.family(
      "node_cpu_info", .gauge, "The processor's model; the value is always 1.",
      labels: Self.labels)
    for processor in known.processors { buffer.add(1, values: processor.labels) }
    buffer.family(
      "node_cpu_frequency_hertz", .gauge, "Clock rate.", labels: ["package", "core", "cpu"])
    for processor in known.processors {
      if let megahertz = processor.megahertz {
        buffer.add(megahertz * 1e6, values: processor.place)
      }
    }
    add(known.flags, flagPattern, "flag", "What the first processor can do.", to: &buffer)
    add(known.bugs, bugPattern, "bug", "Known mistakes of the first processor.", to: &buffer)
  }

  private func add(
    _ words: [String], _ pattern: RegularExpression?, _ label: String, _ help: String,
    to buffer: inout FamilyBuffer
  ) {
    guard let pattern else { return }
    buffer.family("node_cpu_\(label)_info", .gauge, help, labels: [label])
    for word in words where pattern.matches(word) { buffer.add(1, word) }
  }

  /// Reads blocks of lines `key : value`, one for each processor; flags and bugs are those of the
  /// first.
  static func parse(
    _ bytes: Span<UInt8>
  ) throws(FormatError) -> (processors: [Processor], flags: [String], bugs: [String]) {
    var processors: [Processor] = []
    var words: [String: [String]] = [:]
    var lines = ByteScanner(bytes, file: "cpuinfo")
    while var line = lines.nextLine() {
      guard let key = line.text(before: ":")?.trimmed.text else { continue }
      let value = line.rest.trimmed
      if key == "processor" {
        guard value.unsigned != nil else {
          throw line.error("\"\(value.excerpt)\" is no processor")
        }
        processors.append(Processor(labels: labels.map { _ in "" }))
      }
      guard let last = processors.indices.last else { continue }
      if let column = keys.firstIndex(of: key) {
        processors[last].labels[column] = value.text
      } else if key == "cpu MHz" {
        guard let megahertz = value.decimal else {
          throw line.error("\"\(value.excerpt)\" is no clock rate")
        }
        processors[last].megahertz = megahertz
      } else if last == 0, key == "flags" || key == "Features" || key == "bugs" {
        let name = key == "bugs" ? "bugs" : "flags"
        words[name] = value.text.split(separator: " ").map(String.init)
      }
    }
    guard !processors.isEmpty else {
      throw FormatError(file: "cpuinfo", "no processor is listed")
    }
    return (processors, words["flags"] ?? [], words["bugs"] ?? [])
  }
}
