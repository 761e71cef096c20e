import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The distribution, from /etc/os-release.
///
/// The file is read with each scrape, and parsed when it has changed.
struct OSReleaseCollector: RememberingCollector {
  private let paths: [String]
  private var file = ReadBuffer()
  private var raw: [UInt8] = []
  private var fields: [String: String] = [:]
  private var values: [String] = []

  init(proc: ProcRoot) {
    paths = ["/etc/os-release", "/usr/lib/os-release"].map(proc.hostPath)
  }

  private static let labels = [
    "build_id", "id", "id_like", "image_id", "image_version", "name", "pretty_name", "variant",
    "variant_id", "version", "version_codename", "version_id",
  ]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try read()
    if !file.span.isSame(as: raw) {
      raw = file.span.array
      fields = Self.parse(raw.span)
      values = Self.labels.map { fields[$0.uppercased()] ?? "" }
    }
    buffer.family(
      "node_os_info", .gauge, "The distribution; the value is always 1.", labels: Self.labels)
    buffer.add(1, values: values)
    if let end = fields["SUPPORT_END"].flatMap(Self.seconds) {
      buffer.gauge(
        "node_os_support_end_timestamp_seconds",
        "When support of the distribution ends, in Unix time.",
        end)
    }
    guard let version = fields["VERSION_ID"].flatMap(Self.majorAndMinor) else { return }
    buffer.family(
      "node_os_version", .gauge, "The distribution's version, as far as it is a number.",
      labels: ["id", "id_like", "name"])
    buffer.add(version, fields["ID"] ?? "", fields["ID_LIKE"] ?? "", fields["NAME"] ?? "")
  }

  private mutating func read() throws {
    for path in paths {
      do {
        return try file.read(path: path)
      } catch {
        guard error.isMissing else { throw error }
      }
    }
    throw NoData("there is no os-release file")
  }

  /// The Unix time of the beginning of a day such as `2028-06-30`; nil if the text is not a day.
  static func seconds(_ day: String) -> Double? {
    let parts = day.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      parts[2].utf8.count == 2, let year = parts[0].utf8.span.unsigned,
      let month = parts[1].utf8.span.unsigned, let date = parts[2].utf8.span.unsigned,
      (1...12).contains(month), (1...31).contains(date)
    else { return nil }
    // Days since 1970 in the Gregorian calendar; years begin in March, so that the leap day comes
    // last.
    let shifted = Int(month) > 2 ? Int(year) : Int(year) - 1
    let era = shifted / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * (Int(month) + (Int(month) > 2 ? -3 : 9)) + 2) / 5 + Int(date) - 1
    let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    return Double(days) * 86_400
  }

  /// Reads lines such as `NAME="Debian GNU/Linux"`; others are skipped, as the format requires.
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
