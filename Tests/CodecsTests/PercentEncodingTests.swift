import Codecs
import Testing

struct PercentEncodingTests {
  @Test(arguments: [
    ("az AZ09", "az%20AZ09", "az+AZ09"), ("-._~", "-._~", "-._~"),
    ("a+b=c&d", "a%2Bb%3Dc%26d", "a%2Bb%3Dc%26d"), ("ü", "%C3%BC", "%C3%BC"),
  ])
  func encodes(text: String, component: String, query: String) {
    #expect(PercentEncoding.component(text) == component)
    #expect(PercentEncoding.query(text) == query)
    #expect(PercentEncoding.decode(component[...], plusIsSpace: false) == text)
    #expect(PercentEncoding.decode(query[...], plusIsSpace: true) == text)
  }

  @Test func allowedBytesStandForThemselves() {
    #expect(PercentEncoding.encode("/a b", allowing: { $0 != UInt8(ascii: " ") }) == "/a%20b")
  }

  @Test(arguments: [
    ("a", "a"), ("", ""), ("%41%42", "AB"), ("a+b", "a b"), ("%2B", "+"), ("%e2%82%ac", "€"),
    ("%E2%82%AC", "€"), ("€", "€"), ("%00", "\0"), ("%ff", "\u{FFFD}"),
    ("up%7Ba%3D%22b%22%7D", "up{a=\"b\"}"),
    ("%25%32%35", "%25"), ("a=b", "a=b"), ("a;b", "a;b"),
  ])
  func decodesFormText(text: String, expected: String) {
    #expect(PercentEncoding.decode(text[...], plusIsSpace: true) == expected)
  }

  @Test(arguments: ["%", "%4", "%zz", "a%4", "%%41", "%-1", "%é1"])
  func refusesBrokenEscapes(text: String) {
    #expect(PercentEncoding.decode(text[...], plusIsSpace: true) == nil)
  }
}
