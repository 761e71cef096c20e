import Testing
import WebServer

@Suite struct HTTPRequestTests {
  @Test(arguments: ["%", "%4", "%zz", "a%4", "%%41", "%-1", "%é1"])
  func refusesBrokenEscapes(text: String) {
    #expect(throws: HTTPRequestError.brokenEscape(in: "path")) {
      try HTTPRequest(target: "/" + text)
    }
    #expect(throws: HTTPRequestError.brokenEscape(in: "query")) {
      try HTTPRequest(target: "/?q=" + text)
    }
  }

  @Test func plusInPathsIsNoSpace() throws {
    let request = try HTTPRequest(target: "/a+b%20c?x=1+2")
    #expect(request.path == "/a+b c")
    #expect(request.rawPath == "/a+b%20c")
    #expect(request.query["x"] == "1 2")
  }

  @Test func repeatedParametersStayInOrder() throws {
    let request = try HTTPRequest(target: "/x?match%5B%5D=a&b&match[]=c=d&&=e&match%5b%5d=")
    #expect(request.query.values("match[]") == ["a", "c=d", ""])
    #expect(request.query["b"] == "")
    #expect(request.query[""] == "e")
    #expect(request.query["none"] == nil)
  }

  @Test func questionMarksBelongToTheQueryAfterTheFirst() throws {
    let request = try HTTPRequest(target: "/x?a=?&b=1")
    #expect(request.path == "/x")
    #expect(request.query["a"] == "?")
  }

  @Test func mergesFormBeforeQuery() throws {
    let request = try HTTPRequest(
      method: .post, target: "/x?query=url&time=1",
      headers: ["content-type": "application/x-www-form-urlencoded; charset=utf-8"],
      body: Array("query=up%20%2B+1".utf8))
    #expect(request.form["query"] == "up + 1")
    #expect(request.form.values("query") == ["up + 1", "url"])
    #expect(request.form["time"] == "1")
    #expect(request.query["query"] == "url")
  }

  @Test func otherBodiesAreNoForm() throws {
    let request = try HTTPRequest(
      method: .post, target: "/x", headers: ["Content-Type": "application/json"],
      body: Array("{\"a\": \"100%\"}".utf8))
    #expect(request.form.isEmpty)
  }

  @Test func brokenFormsAreRefused() {
    #expect(throws: HTTPRequestError.brokenEscape(in: "form")) {
      try HTTPRequest(
        method: .post, target: "/x",
        headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array("a=%".utf8))
    }
  }

  @Test func pathsBeginWithASlash() {
    #expect(throws: HTTPRequestError.pathWithoutSlash) { try HTTPRequest(target: "") }
    #expect(throws: HTTPRequestError.pathWithoutSlash) { try HTTPRequest(target: "ftp://a/b") }
  }

  @Test(arguments: [
    ("http://a:80/b?c=d", "/b", "d"), ("http://a", "/", nil), ("https://a?c=d/e", "/", "d/e"),
  ])
  func absoluteTargetsAreUnderstood(target: String, path: String, parameter: String?) throws {
    let request = try HTTPRequest(target: target)
    #expect(request.path == path)
    #expect(request.query["c"] == parameter)
  }
}
