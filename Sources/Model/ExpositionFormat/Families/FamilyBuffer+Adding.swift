import MetricModel

extension FamilyBuffer {
  /// Adds a sample without labels to the current family, or to the given one.
  package mutating func add(_ value: Double, to family: FamilyID? = nil) {
    beginSample()
    endSample(value, to: family)
  }

  /// Adds a sample with one label value.
  package mutating func add(_ value: Double, _ first: String, to family: FamilyID? = nil) {
    beginSample()
    label(first)
    endSample(value, to: family)
  }

  /// Adds a sample with two label values, in the order of the family's label names.
  package mutating func add(
    _ value: Double, _ first: String, _ second: String, to family: FamilyID? = nil
  ) {
    beginSample()
    label(first)
    label(second)
    endSample(value, to: family)
  }

  /// Adds a sample with three label values, in the order of the family's label names.
  package mutating func add(
    _ value: Double, _ first: String, _ second: String, _ third: String, to family: FamilyID? = nil
  ) {
    beginSample()
    label(first)
    label(second)
    label(third)
    endSample(value, to: family)
  }

  /// Adds a sample with any number of label values, in the order of the family's label names.
  package mutating func add(_ value: Double, values: [String], to family: FamilyID? = nil) {
    beginSample()
    for value in values { label(value) }
    endSample(value, to: family)
  }

  /// Begins a sample whose label values follow one by one through `label`.
  ///
  /// This form takes bytes straight from a file or a wire, without a `String` between.
  package mutating func beginSample() {
    key.removeAll(keepingCapacity: true)
    key.append(SampleSuffix.none.rawValue)
    keyLabels = 0
  }

  /// Adds the next label value of the sample.
  package mutating func label(_ value: String) {
    appendToKey(value.utf8.span)
  }

  /// Adds the next label value of the sample from bytes; those that are no UTF-8 become U+FFFD.
  package mutating func label(_ value: Span<UInt8>) {
    guard !Self.isASCII(value), (try? UTF8Span(validating: value)) == nil else {
      return appendToKey(value)
    }
    problems.repairedValues += 1
    let repaired = Self.repaired(value)
    appendToKey(repaired.span)
  }

  /// Ends the sample with its value.
  package mutating func endSample(_ value: Double, to family: FamilyID? = nil) {
    guard let index = family?.index ?? current else {
      problems.malformed += 1
      return
    }
    store(value, in: index, extraLabel: nil)
  }

  /// Adds one histogram: cumulative counts by upper bound, without the `+Inf` bucket, which is
  /// `count`.
  package mutating func addHistogram(
    buckets: [(bound: Double, count: Double)], sum: Double, count: Double, values: [String] = [],
    to family: FamilyID? = nil
  ) {
    for bucket in buckets {
      addPart(.bucket, bucket.count, values, extra: ("le", bucket.bound), to: family)
    }
    addPart(.bucket, count, values, extra: ("le", .infinity), to: family)
    addPart(.sum, sum, values, extra: nil, to: family)
    addPart(.count, count, values, extra: nil, to: family)
  }

  /// Adds one summary: values by quantile as the reference exporter writes it, then sum and count.
  package mutating func addSummary(
    quantiles: [(quantile: Double, value: Double)], sum: Double, count: Double,
    values: [String] = [], to family: FamilyID? = nil
  ) {
    for quantile in quantiles {
      addPart(
        .none, quantile.value, values, extra: ("quantile", quantile.quantile), to: family)
    }
    addPart(.sum, sum, values, extra: nil, to: family)
    addPart(.count, count, values, extra: nil, to: family)
  }

  private mutating func addPart(
    _ suffix: SampleSuffix, _ value: Double, _ values: [String],
    extra: (name: String, value: Double)?, to family: FamilyID?
  ) {
    guard let index = family?.index ?? current else {
      problems.malformed += 1
      return
    }
    beginSample()
    key[0] = suffix.rawValue
    for value in values { label(value) }
    store(value, in: index, extraLabel: extra)
  }
}

extension FamilyBuffer {
  /// Ends a label value in the key; no UTF-8 text contains it.
  private static let separator: UInt8 = 0xFF

  private static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for index in bytes.indices { all |= bytes[index] }
    return all < 0x80
  }

  private static func repaired(_ bytes: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    for index in bytes.indices { copy.append(bytes[index]) }
    return Array(String(decoding: copy, as: UTF8.self).utf8)
  }

  private mutating func appendToKey(_ value: Span<UInt8>) {
    var end = value.count
    if end > limits.labelValueBytes {
      problems.shortenedValues += 1
      end = limits.labelValueBytes
      // Step back to the first byte of a character.
      while end > 0, value[end] & 0xC0 == 0x80 { end -= 1 }
    }
    for index in 0..<end { key.append(value[index]) }
    key.append(Self.separator)
    keyLabels += 1
  }

  private mutating func store(
    _ value: Double, in index: Int, extraLabel: (name: String, value: Double)?
  ) {
    guard families[index].isValid, keyLabels == families[index].labelNames.count else {
      problems.malformed += 1
      return
    }
    guard sampleCount < limits.series else {
      problems.overLimit += 1
      return
    }
    sampleCount += 1
    if let extraLabel { FloatFormat.append(extraLabel.value, to: &key) }
    let position = families[index].count
    families[index].count = position + 1
    if position == families[index].slots.count {
      families[index].slots.append(SeriesSlot())
      families[index].values.append(value)
    } else if families[index].slots[position].hasKey(key.span) {
      families[index].values[position] = value
      return
    }
    families[index].isChanged = true
    families[index].values[position] = value
    var bytes = families[index].slots[position].bytes
    families[index].slots[position].bytes = []
    render(in: index, extraName: extraLabel?.name, into: &bytes)
    families[index].slots[position] = SeriesSlot(bytes: bytes, keyLength: key.count)
  }

  /// Writes the key and the rendered series of the sample being added.
  private func render(in index: Int, extraName: String?, into bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: key)
    bytes.append(contentsOf: families[index].name.utf8)
    let suffix = SampleSuffix(rawValue: key[0]) ?? .none
    bytes.append(contentsOf: suffix.text.description.utf8)
    let bare = bytes.count
    var separator = UInt8(ascii: "{")
    if !constantLabels.isEmpty {
      bytes.append(separator)
      bytes.append(contentsOf: constantLabels)
      separator = UInt8(ascii: ",")
    }
    var start = 1
    for name in families[index].labelNames {
      let end = key[start...].firstIndex(of: Self.separator) ?? key.count
      bytes.append(separator)
      separator = UInt8(ascii: ",")
      bytes.append(contentsOf: name.utf8)
      bytes.append(contentsOf: "=\"".utf8)
      ExpositionEscaping.appendLabelValue(key.span.extracting(start..<end), to: &bytes)
      bytes.append(UInt8(ascii: "\""))
      start = end + 1
    }
    if let extraName {
      bytes.append(separator)
      bytes.append(contentsOf: extraName.utf8)
      bytes.append(contentsOf: "=\"".utf8)
      bytes.append(contentsOf: key[start...])
      bytes.append(UInt8(ascii: "\""))
    }
    if bytes.count > bare { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: " "))
  }
}
