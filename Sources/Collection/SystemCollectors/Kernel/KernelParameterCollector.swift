import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Selected kernel parameters, from /proc/sys.
struct KernelParameterCollector: Collector {
  private let proc: ProcRoot
  private let numbers: [String]
  private let texts: [String]

  init(_ context: SystemContext) {
    proc = context.proc
    numbers = context.kernelParameters
    texts = context.kernelParameterTexts
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    for parameter in numbers {
      // `net.ipv4.tcp_rmem:min,default,max` names the values of a parameter that has several.
      let parts = parameter.split(separator: ":", maxSplits: 1).map(String.init)
      try addNumbers(parts[0], keys: parts.count > 1 ? parts[1] : nil, to: &buffer)
    }
    for parameter in texts { try addTexts(parameter, to: &buffer) }
  }

  private func addNumbers(
    _ name: String, keys: String?, to buffer: inout FamilyBuffer
  ) throws {
    let path = Self.path(name)
    let file = try proc.readLines(path)
    var line = ByteScanner(file.span, file: path, line: 1)
    var values: [Double] = []
    while let field = line.nextField() {
      guard let value = field.decimal else {
        throw line.error("\"\(field.excerpt)\" is no number; ask for it as text")
      }
      values.append(value)
    }
    let metric = "node_sysctl_\(Self.metricPart(name))"
    let help = "The kernel parameter \(name)."
    if let keys {
      let names = keys.split(separator: ",").map(String.init)
      guard names.count == values.count else {
        throw line.error("\(values.count) values, but \(names.count) names were given")
      }
      for (key, value) in zip(names, values) {
        buffer.untyped("\(metric)_\(Self.metricPart(key))", help, value)
      }
    } else if values.count == 1 {
      buffer.untyped(metric, help, values[0])
    } else {
      buffer.family(metric, .unknown, help, labels: ["index"])
      for (index, value) in values.enumerated() { buffer.add(value, String(index)) }
    }
  }

  private func addTexts(_ name: String, to buffer: inout FamilyBuffer) throws {
    let file = try proc.readLines(Self.path(name))
    buffer.family(
      "node_sysctl_info", .gauge, "Kernel parameters as text; the value is always 1.",
      labels: ["index", "name", "value"])
    let words = file.span.trimmed.text.split(whereSeparator: \.isWhitespace)
    for (index, word) in words.enumerated() { buffer.add(1, String(index), name, String(word)) }
  }

  /// The path of a parameter: dots separate directories; a slash means a dot in a name.
  static func path(_ name: String) -> String {
    "sys/"
      + String(
        name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
  }

  private static func metricPart(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
