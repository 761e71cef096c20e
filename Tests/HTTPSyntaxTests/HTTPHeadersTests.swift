import HTTPSyntax
import Testing

struct HTTPHeadersTests {
  @Test func namesAreComparedWithoutCase() {
    var headers: HTTPHeaders = ["Accept": "a", "X-One": "1", "accept": "b"]
    #expect(headers["ACCEPT"] == "a")
    #expect(headers.values("aCCept") == ["a", "b"])
    headers["x-one"] = "2"
    headers["accept"] = nil
    #expect(headers.fields.map(\.value) == ["2"])
  }

  @Test func aFieldThatIsSetStaysInItsPlace() {
    var headers: HTTPHeaders = ["A": "1", "B": "2", "a": "3"]
    headers["a"] = "4"
    headers.append("C", "5")
    #expect(headers.fields.map(\.value) == ["4", "2", "5"])
  }

  @Test func removesAllExceptTheNamed() {
    var headers: HTTPHeaders = ["Accept": "a", "Cookie": "secret", "accept": "b"]
    headers.removeAll(except: ["ACCEPT"])
    #expect(headers.fields.map(\.value) == ["a", "b"])
  }
}

struct HeaderSyntaxTests {
  @Test(arguments: [
    ("X-One", true), ("!#$%&'*+-.^_`|~", true), ("", false), ("a b", false), ("a:", false),
    ("é", false), ("a\n", false),
  ])
  func tokens(text: String, isToken: Bool) { #expect(HeaderSyntax.isToken(text) == isToken) }

  @Test(arguments: [
    ("", true), ("a\tb é", true), ("a\r\nX: 1", false), ("\0", false), ("\u{7f}", false),
  ])
  func values(text: String, isValue: Bool) { #expect(HeaderSyntax.isValue(text) == isValue) }
}
