/// A YAML text whose aliases (`*name`) are turned into plain words (`_name`) of the same length.
///
/// Stars inside quoted texts and blocks may be hit too: the masked text serves to look at the structure only.
struct AliasMask {
  /// The text without aliases.
  let text: String
  /// How many stars were replaced.
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
