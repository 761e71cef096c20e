/// A YAML text whose aliases (`*name`) are replaced by plain words (`_name`) of the same length.
///
/// Asterisks in quoted texts and block scalars may be replaced too: the masked text is only used to
/// check the structure.
struct AliasMask {
  /// The text without aliases.
  let text: String
  /// The number of replaced asterisks.
  let count: Int

  init(_ text: String) {
    var bytes = Array(text.utf8)
    var count = 0
    var previous = UInt8(ascii: "\n")
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: "*"), " \t\r\n,[{:-?".utf8.contains(previous),
        index + 1 < bytes.count, !" \t\r\n*".utf8.contains(bytes[index + 1])
      {
        bytes[index] = UInt8(ascii: "_")
        count += 1
      }
      previous = byte
    }
    self.text = count == 0 ? text : String(decoding: bytes, as: UTF8.self)
    self.count = count
  }
}
