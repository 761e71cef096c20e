public import MetricModel

extension ExpositionParser {
  /// The label set of the last sample, unescaped, with the metric name as `__name__`.
  ///
  /// A repeated label is an error, as in Prometheus. Must not be called after a sample that matched
  /// the expectation, whose labels were not parsed.
  ///
  /// - Complexity: O(bytes), one allocation and no strings unless there are escapes.
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

  /// The names of labels of the last sample that have an empty value, which `labels()` omits.
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

  /// Sorts the pieces by name; in most lines they are sorted already.
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
