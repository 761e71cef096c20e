import Codecs
import Testing

struct Base64Tests {
  /// The test vectors of RFC 4648, and bytes on which the alphabets differ.
  @Test(
    arguments: [
      ([], "", ""), ([0x66], "Zg==", "Zg=="), ([0x66, 0x6f], "Zm8=", "Zm8="),
      ([0x66, 0x6f, 0x6f], "Zm9v", "Zm9v"), ([0xfb, 0xef, 0xff], "++//", "--__"),
    ] as [([UInt8], String, String)])
  func encodesAndDecodes(bytes: [UInt8], standard: String, url: String) {
    #expect(Base64.encode(bytes) == standard)
    #expect(Base64.encode(bytes, alphabet: .url) == url)
    #expect(Base64.decode(standard) == bytes)
    #expect(Base64.decode(url, alphabet: .url) == bytes)
  }

  @Test func skipsLineEnds() {
    #expect(Base64.decode("Zm\r\n9v\n") == [0x66, 0x6f, 0x6f])
  }

  @Test(arguments: ["Zg", "Zg=", "Zg===", "Zg==Zg==", "=", "Z===", "Z!==", "Zm9v ", "====", "é==="])
  func refusesWhatIsNotBase64(text: String) {
    #expect(Base64.decode(text) == nil)
    #expect(Base64.decode(text, alphabet: .url) == nil)
  }

  @Test func refusesTheOtherAlphabet() {
    #expect(Base64.decode("--__") == nil)
    #expect(Base64.decode("++//", alphabet: .url) == nil)
  }
}
