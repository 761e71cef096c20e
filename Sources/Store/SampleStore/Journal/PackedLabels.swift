import MetricModel

/// Label sets as they come back from the database.
enum PackedLabels {
  /// The label set of a packed buffer (see `Labels.packed`); nil if the bytes are none.
  static func labels(_ bytes: [UInt8]) -> Labels? {
    var position = 0
    var labels: [Label] = []
    while position < bytes.count {
      guard let name = text(bytes, at: &position), let value = text(bytes, at: &position) else {
        return nil
      }
      labels.append(Label(name: name, value: value))
    }
    let set = Labels(labels)
    // Anything that is not in order, twice, empty or no UTF-8 comes back in another form.
    return set.packed == bytes ? set : nil
  }

  private static func text(_ bytes: [UInt8], at position: inout Int) -> String? {
    guard position < bytes.count else { return nil }
    var length = Int(bytes[position])
    position += 1
    if length == 255 {
      guard position + 4 <= bytes.count else { return nil }
      length = 0
      for place in 0..<4 { length |= Int(bytes[position + place]) << (8 * place) }
      position += 4
    }
    guard length <= bytes.count - position else { return nil }
    defer { position += length }
    return String(decoding: bytes[position..<(position + length)], as: UTF8.self)
  }
}
