/// The escapes of the text format: backslash, double quote and newline in label values; only
/// backslash and newline in HELP texts.
public enum ExpositionEscaping {
  private static let backslash = UInt8(ascii: "\\")
  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")

  /// Appends an escaped label value without quotes; the bytes must be UTF-8.
  public static func appendLabelValue(_ value: Span<UInt8>, to output: inout [UInt8]) {
    for index in value.indices {
      let byte = value[index]
      switch byte {
      case backslash, quote:
        output.append(backslash)
        output.append(byte)
      case newline:
        output.append(backslash)
        output.append(UInt8(ascii: "n"))
      default:
        output.append(byte)
      }
    }
  }

  /// Appends an escaped label value without quotes.
  public static func appendLabelValue(_ value: String, to output: inout [UInt8]) {
    appendLabelValue(value.utf8.span, to: &output)
  }

  /// Appends the escaped text of a HELP line.
  public static func appendHelp(_ text: String, to output: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case backslash:
        output.append(backslash)
        output.append(backslash)
      case newline:
        output.append(backslash)
        output.append(UInt8(ascii: "n"))
      default:
        output.append(byte)
      }
    }
  }
}
