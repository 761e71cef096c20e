extension Span<UInt8> {
  /// Whether the bytes are exactly those of a text.
  package func equals(_ text: String) -> Bool {
    let other = text.utf8.span
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }

  /// Whether the bytes begin with those of a text.
  package func starts(with text: String) -> Bool {
    count >= text.utf8.count && extracting(first: text.utf8.count).equals(text)
  }

  /// Whether the bytes end with those of a text.
  package func ends(with text: String) -> Bool {
    count >= text.utf8.count && extracting(last: text.utf8.count).equals(text)
  }

  /// The bytes as text, with invalid UTF-8 replaced by U+FFFD. Up to 15 bytes need no heap
  /// allocation.
  package var text: String {
    if let valid = try? UTF8Span(validating: self) { return String(copying: valid) }
    return String(decoding: array, as: UTF8.self)
  }

  /// The bytes as an array.
  package var array: [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    for index in indices { copy.append(self[index]) }
    return copy
  }

  /// The bytes without surrounding blanks.
  package var trimmed: Span<UInt8> {
    @_lifetime(copy self)
    get {
      var start = 0
      var end = count
      while start < end, self[start].isBlank { start += 1 }
      while end > start, self[end - 1].isBlank { end -= 1 }
      return extracting(start..<end)
    }
  }

  /// The index of the first such byte.
  package func firstIndex(of scalar: Unicode.Scalar) -> Int? {
    let byte = UInt8(ascii: scalar)
    for index in indices where self[index] == byte { return index }
    return nil
  }

  /// The index of the last such byte.
  package func lastIndex(of scalar: Unicode.Scalar) -> Int? {
    let byte = UInt8(ascii: scalar)
    var index = count
    while index > 0 {
      index -= 1
      if self[index] == byte { return index }
    }
    return nil
  }

  /// At most 40 bytes as text, for error messages.
  package var excerpt: String {
    count <= 40 ? text : extracting(first: 40).text + "..."
  }
}

extension Span<UInt8> {
  /// The bytes as a decimal whole number; nil if they are not a number or too large.
  package var unsigned: UInt64? {
    guard !isEmpty else { return nil }
    var value: UInt64 = 0
    for index in indices {
      let digit = self[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }

  /// The bytes as a whole number, with or without a minus sign.
  package var signed: Int64? {
    guard let first = count > 0 ? self[0] : nil else { return nil }
    guard first == UInt8(ascii: "-") else { return unsigned.flatMap(Int64.init(exactly:)) }
    guard let magnitude = extracting(droppingFirst: 1).unsigned else { return nil }
    return magnitude == Int64.min.magnitude ? .min : Int64(exactly: magnitude).map { -$0 }
  }

  /// The bytes as a hexadecimal number without a prefix.
  package var hexadecimal: UInt64? {
    guard !isEmpty, count <= 16 else { return nil }
    var value: UInt64 = 0
    for index in indices {
      let byte = self[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt64(digit)
    }
    return value
  }

  /// The bytes as a number with or without a sign and a fraction, but no exponent, `inf` or `nan`.
  package var decimal: Double? {
    let isNegative = count > 0 && self[0] == UInt8(ascii: "-")
    let body = isNegative ? extracting(droppingFirst: 1) : self
    guard let point = body.firstIndex(of: ".") else {
      return body.unsigned.map { isNegative ? -Double($0) : Double($0) }
    }
    let fraction = body.extracting(droppingFirst: point + 1)
    guard let whole = body.extracting(first: point).unsigned, let part = fraction.unsigned,
      fraction.count <= 18
    else { return nil }
    var scale = 1.0
    for _ in 0..<fraction.count { scale *= 10 }
    // A single division of two exact numbers rounds once, provided that both are below 2^53.
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: UInt64(scale))
    guard !overflow, scaled < 1 << 52, part < 1 << 52 else { return Double(text) }
    let value = Double(scaled + part) / scale
    return isNegative ? -value : value
  }
}

extension Span<UInt8> {
  /// Whether the bytes are exactly those of an array.
  package func isSame(as bytes: [UInt8]) -> Bool {
    let other = bytes.span
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }
}
