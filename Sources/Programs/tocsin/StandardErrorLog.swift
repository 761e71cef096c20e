import Glibc
import Logging
import MetricModel

/// Writes structured log lines to standard error, each with a single `write`, so that lines of
/// several threads do not mix.
struct StandardErrorLog: LogHandler {
  let label: String
  let format: LogFormat
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields =
      [
        ("ts", Timestamp.now().rfc3339), ("level", Self.name(of: event.level)),
        ("component", label), ("msg", event.message.description),
      ]
      + metadata.merging(event.metadata ?? [:]) { $1 }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    var line: [UInt8]
    switch format {
    case .logfmt: line = Self.logfmt(fields)
    case .json: line = Self.json(fields)
    }
    line.append(UInt8(ascii: "\n"))
    var rest = line[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  static func logfmt(_ fields: [(String, String)]) -> [UInt8] {
    var line: [UInt8] = []
    for (key, value) in fields {
      if !line.isEmpty { line.append(UInt8(ascii: " ")) }
      line.append(contentsOf: key.utf8)
      line.append(UInt8(ascii: "="))
      let isPlain =
        !value.isEmpty
        && value.utf8.allSatisfy {
          $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x3d && $0 != 0x5c
        }
      if isPlain {
        line.append(contentsOf: value.utf8)
      } else {
        var json = JSONWriter()
        json.string(value)
        line.append(contentsOf: json.bytes)
      }
    }
    return line
  }

  static func json(_ fields: [(String, String)]) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      for (key, value) in fields {
        json.key(key)
        json.string(value)
      }
    }
    return json.bytes
  }

  private static func name(of level: Logger.Level) -> String {
    switch level {
    case .trace, .debug: "debug"
    case .info, .notice: "info"
    case .warning: "warn"
    case .error, .critical: "error"
    }
  }
}
