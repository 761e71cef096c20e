private import FoundationEssentials

/// Base64 (RFC 4648) with padding, in either alphabet.
package enum Base64 {
  /// The two characters that differ between the alphabets.
  package enum Alphabet: Sendable {
    /// `+` and `/`.
    case standard
    /// `-` and `_`, which are safe in URLs and file names.
    case url
  }

  /// Encodes bytes as text.
  package static func encode(_ bytes: [UInt8], alphabet: Alphabet = .standard) -> String {
    let text = Data(bytes).base64EncodedString()
    return switch alphabet {
    case .standard: text
    case .url: String(decoding: text.utf8.map { swapped($0) }, as: UTF8.self)
    }
  }

  /// Decodes a text, skipping line ends; returns nil if it is not Base64.
  package static func decode(
    _ text: some StringProtocol, alphabet: Alphabet = .standard
  ) -> [UInt8]? {
    var characters = text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    if alphabet == .url {
      guard !characters.contains(where: { "+/".utf8.contains($0) }) else { return nil }
      characters = characters.map { swapped($0) }
    }
    // Foundation accepts padding of any length.
    let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2, !characters.dropLast(padding).contains(UInt8(ascii: "=")) else {
      return nil
    }
    return Data(base64Encoded: Data(characters)).map { Array($0) }
  }

  /// Converts a character of one alphabet to the other.
  private static func swapped(_ character: UInt8) -> UInt8 {
    switch character {
    case UInt8(ascii: "+"): UInt8(ascii: "-")
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "/"): UInt8(ascii: "_")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: character
    }
  }
}
