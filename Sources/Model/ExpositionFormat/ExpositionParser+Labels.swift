public import MetricModel

extension ExpositionParser {
  /// The label set of the sample that was read last, escapes resolved; the metric name is `__name__`. A label given twice is an
  /// error, as in Prometheus. Of no use after a sample that matched the expectation, whose labels were not looked at.
  ///
  /// - Complexity: O(bytes), one allocation and no string, unless there are escapes.
  public mutating func labels() throws(ExpositionError) -> Labels {
    if hasEscapes { return try unescapedLabels() }
    let metricName = Self.metricName
    sortPieces(metricName.span)
    var size = 0
    for place in pieces.indices {
      let name = name(of: pieces[place], metricName.span)
      if place > 0, Labels.order(self.name(of: pieces[place - 1], metricName.span), name) == .same {
        throw twice(ParsedLabels.text(name))
      }
      let value = pieces[place].value
      if !value.isEmpty { size += Labels.packedSize(name.count) + Labels.packedSize(value.count) }
    }
    var packed = [UInt8](repeating: 0, count: size)
    var target = packed.mutableSpan
    var end = 0
    for piece in pieces where !piece.value.isEmpty {
      Labels.pack(name(of: piece, metricName.span), into: &target, at: &end)
      Labels.pack(bytes.extracting(piece.value), into: &target, at: &end)
    }
    return Labels(packing: packed)
  }

  /// The names of labels that the sample read last gives with an empty value, which `labels()` leaves out.
  public var emptyLabelNames: [String] {
    pieces.filter(\.value.isEmpty).compactMap { piece in
      piece.name.map { ParsedLabels.unescaped(bytes.extracting($0)) }
    }
  }

  private func unescapedLabels() throws(ExpositionError) -> Labels {
    do {
      return try ParsedLabels(parsing: bytes.extracting(lastSeries)).labels
    } catch {
      throw ExpositionError(line: line, expected: error.expected, found: error.found)
    }
  }

  private func twice(_ name: String) -> ExpositionError {
    ExpositionError(line: line, expected: "each label once", found: "\"\(name)\" twice")
  }

  /// Puts the pieces into the order of their names; in most lines they stand in it.
  private mutating func sortPieces(_ metricName: Span<UInt8>) {
    for place in pieces.indices.dropFirst() {
      let piece = pieces[place]
      var hole = place
      while hole > 0,
        Labels.order(name(of: piece, metricName), name(of: pieces[hole - 1], metricName)) == .before
      {
        pieces[hole] = pieces[hole - 1]
        hole -= 1
      }
      if hole != place { pieces[hole] = piece }
    }
  }

  @_lifetime(copy self, copy metricName)
  private func name(of piece: SeriesPiece, _ metricName: Span<UInt8>) -> Span<UInt8> {
    guard let name = piece.name else { return metricName }
    return bytes.extracting(name)
  }

  private static let metricName: [UInt8] = Array(Label.metricName.utf8)
}
