import Testing

@testable import WebClient

@Suite struct WebRequestTests {
  @Test(arguments: [
    ("http://a/b?c#d", "http://a:80", "http://a/b?c"),
    ("https://u:p@host.example:8443/x", "https://host.example:8443", "https://host.example:8443/x"),
    ("http://[::1]:9930/metrics", "http://[::1]:9930", "http://[::1]:9930/metrics"),
    ("HTTP://EXAMPLE.org", "http://EXAMPLE.org:80", "http://EXAMPLE.org/"),
  ])
  func readsURLs(text: String, origin: String, clean: String) throws {
    let url = try TargetURL(parsing: text)
    #expect(url.origin == origin)
    #expect(url.text == clean)
  }

  @Test func takesCredentialsOutOfURLs() throws {
    let url = try TargetURL(parsing: "https://us%40er:p%3Aw@host/")
    #expect(url.user == "us@er")
    #expect(url.password == "p:w")
    #expect(!url.text.contains("p%3Aw"))
  }

  @Test(arguments: [
    "", "metrics", "host:9930", "ftp://host/x", "file:///etc/passwd", "http://", "http:///x",
    "http:/host/x", "http:host/x",
    "http://host:99999/", "http://host:x/", "http://a b/", "http://host/a b",
    "http://host/\r\nX: y",
    "gopher://host/", "http://[::1/", "javascript:alert(1)", "http://host/\0secret",
  ])
  func refusesOtherURLsWithoutRepeatingThem(text: String) async {
    let secret = text.isEmpty ? text : text + "/T0KEN"
    let error = await #expect(throws: WebClientError.self) {
      try await WebClient().send(WebRequest(.get, secret))
    }
    guard case .invalidURL = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("T0KEN") == false)
  }

  @Test(arguments: [
    (Duration.milliseconds(1500), 1500), (.microseconds(10), 1), (.zero, 1), (.seconds(-4), 1),
    (.microseconds(1001), 2), (.seconds(20_000_000_000), 1_000_000_000),
  ])
  func timeoutsAreNeverUnlimited(duration: Duration, milliseconds: Int) {
    #expect(duration.wholeMilliseconds == milliseconds)
  }

  @Test func secretsAreNotPrinted() {
    let credentials = WebCredentials.basic(username: "u", password: "hunter2")
    #expect(!"\(credentials)".contains("hunter2"))
    #expect(!String(reflecting: credentials).contains("hunter2"))
  }

  @Test(arguments: [
    WebRequest(.get, "http://127.0.0.1/", headers: ["X": "a\r\nEvil: 1"]),
    WebRequest(.get, "http://127.0.0.1/", headers: ["X Y": "a"]),
    WebRequest(.get, "http://127.0.0.1/", headers: ["": "a"]),
    WebRequest(.init(rawValue: "GET / HTTP/1.1\r\n"), "http://127.0.0.1/"),
  ])
  func headersCannotBeForged(request: WebRequest) async {
    let error = await #expect(throws: WebClientError.self) {
      try await WebClient().send(request)
    }
    guard case .invalidRequest = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
