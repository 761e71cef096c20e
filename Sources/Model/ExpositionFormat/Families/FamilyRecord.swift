import MetricModel

/// The part of a sample's name behind the family name.
enum SampleSuffix: UInt8, Sendable {
  case none, bucket, sum, count, created

  var text: StaticString {
    switch self {
    case .none: ""
    case .bucket: "_bucket"
    case .sum: "_sum"
    case .count: "_count"
    case .created: "_created"
    }
  }
}

/// One series as it was written in the last scrape: the raw key to recognise it by, followed by the
/// rendered `name{labels} `.
struct SeriesSlot: Sendable {
  var bytes: [UInt8] = []
  var keyLength = 0

  func hasKey(_ key: Span<UInt8>) -> Bool {
    guard key.count == keyLength else { return false }
    let own = bytes.span
    for index in key.indices where own[index] != key[index] { return false }
    return true
  }
}

/// A family and the series it had in the last scrape.
struct FamilyRecord: Sendable {
  let name: String
  var type: MetricType
  var help: String
  var labelNames: [String]
  /// HELP and TYPE lines.
  var header: [UInt8] = []
  /// False if a name breaks the rules; then every sample of the family is dropped.
  var isValid: Bool
  var slots: [SeriesSlot] = []
  var values: [Double] = []
  /// The samples of the current scrape.
  var count = 0
  /// The scrape in which the family was last begun.
  var scrape: UInt64 = 0
  /// Goes up whenever the set or order of series changes.
  var revision: UInt64 = 0
  /// Whether the current scrape differs from the last one, so that duplicates must be looked for.
  var isChanged = false

  init(name: String, type: MetricType, help: String, labelNames: [String]) {
    self.name = name
    self.type = type
    self.help = help
    self.labelNames = labelNames
    isValid = NameRules.isMetricName(name) && labelNames.allSatisfy(NameRules.isLabelName)
    ExpositionWriter.appendHeader(name: name, type: type, help: help, to: &header)
  }

  /// Starts the family anew for a scrape.
  mutating func begin(scrape: UInt64) {
    self.scrape = scrape
    count = 0
    isChanged = false
  }

  /// Takes over another type, text or label names, if they differ.
  mutating func describe(type: MetricType, help: String, labelNames: [String]) {
    if type != self.type || help != self.help {
      self.type = type
      self.help = help
      header.removeAll(keepingCapacity: true)
      ExpositionWriter.appendHeader(name: name, type: type, help: help, to: &header)
    }
    if labelNames != self.labelNames {
      self.labelNames = labelNames
      isValid = NameRules.isMetricName(name) && labelNames.allSatisfy(NameRules.isLabelName)
      slots.removeAll(keepingCapacity: true)
      values.removeAll(keepingCapacity: true)
    }
  }
}
