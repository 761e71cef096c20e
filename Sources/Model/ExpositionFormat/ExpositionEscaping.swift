/// The escapes of the text format: label values escape backslash, double quote and newline; HELP
/// text only backslash and newline.
public enum ExpositionEscaping {
  private static let backslash = UInt8(ascii: "\\")
  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")

  /// Appends the bytes of a label value without its quotes. The bytes are expected to be UTF-8.
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

  /// Appends a label value without its quotes.
  public static func appendLabelValue(_ value: String, to output: inout [UInt8]) {
    appendLabelValue(value.utf8.span, to: &output)
  }

  /// Appends the text of a HELP line.
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
