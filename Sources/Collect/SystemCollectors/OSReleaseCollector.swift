import CollectorCore
import MetricModel

/// The distribution, from /etc/os-release.
struct OSReleaseCollector: Collector {
  let proc: ProcRoot

  private static let labels = [
    "build_id", "id", "id_like", "image_id", "image_version", "name", "pretty_name", "variant",
    "variant_id", "version", "version_codename", "version_id",
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    var file = ReadBuffer()
    do {
      try file.read(path: proc.hostPath("/etc/os-release"))
    } catch {
      guard error.isMissing else { throw error }
      do {
        try file.read(path: proc.hostPath("/usr/lib/os-release"))
      } catch {
        guard error.isMissing else { throw error }
        throw NoData("there is no os-release file")
      }
    }
    let fields = Self.parse(file.span)
    buffer.family(
      "node_os_info", .gauge, "The distribution; the value is always 1.", labels: Self.labels)
    buffer.add(1, values: Self.labels.map { fields[$0.uppercased()] ?? "" })
    guard let version = fields["VERSION_ID"].flatMap(Self.majorAndMinor) else { return }
    buffer.family(
      "node_os_version", .gauge, "The distribution's version, as far as it is a number.",
      labels: ["id", "id_like", "name"])
    buffer.add(version, fields["ID"] ?? "", fields["ID_LIKE"] ?? "", fields["NAME"] ?? "")
  }

  /// Reads lines such as `NAME="Debian GNU/Linux"`; others are skipped, as the format says.
  static func parse(_ bytes: Span<UInt8>) -> [String: String] {
    var fields: [String: String] = [:]
    var lines = ByteScanner(bytes, file: "os-release")
    while var line = lines.nextLine() {
      guard let key = line.text(before: "=")?.trimmed.text, !key.hasPrefix("#") else { continue }
      fields[key] = unquoted(line.rest.trimmed.text)
    }
    return fields
  }

  private static func unquoted(_ text: String) -> String {
    guard let quote = text.first, quote == "\"" || quote == "'", text.count >= 2, text.last == quote
    else { return text }
    var result = ""
    var isEscaped = false
    for character in text.dropFirst().dropLast() {
      if !isEscaped, character == "\\", quote == "\"" {
        isEscaped = true
        continue
      }
      isEscaped = false
      result.append(character)
    }
    return result
  }

  /// `22.04.3` becomes 22.04.
  static func majorAndMinor(_ version: String) -> Double? {
    let parts = version.split(separator: ".").prefix(2)
    return parts.joined(separator: ".").utf8.span.decimal
  }
}
