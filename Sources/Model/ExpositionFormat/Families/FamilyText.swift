package import MetricModel

/// Rendered families, sorted by name, and where each begins.
///
/// ``FamilyMerge`` merges the texts of several buffers by copying ranges; a text can be shown again
/// as long as its buffer has no newer one.
package struct FamilyText: Sendable {
  /// Where one family lies in the text.
  package struct Section: Sendable {
    /// The family name.
    package let name: String
    /// The family's type.
    package let type: MetricType
    /// The bytes of the HELP and TYPE lines.
    package let header: Range<Int>
    /// The bytes of the sample lines.
    package let body: Range<Int>
    /// The number of samples.
    package let series: Int
    /// Goes up when the family's series change, so that checks across texts can be skipped.
    let revision: UInt64
  }

  /// The text.
  package internal(set) var bytes: [UInt8] = []
  /// The families, sorted by name.
  package internal(set) var sections: [Section] = []

  /// A text without families.
  package init() {}

  /// The number of samples.
  package var seriesCount: Int { sections.reduce(0) { $0 + $1.series } }

  /// The text as a string, for tests and messages.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
