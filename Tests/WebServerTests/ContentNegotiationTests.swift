import Testing

@testable import WebServer

@Suite struct ContentNegotiationTests {
  @Test(arguments: [
    (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true),
    ("deflate, gzip;q=0.5", true), ("gzip;q=0", false), ("gzip; q=0.0", false),
    ("gzip ; Q = 0", false), ("*", true), ("*;q=0", false), ("*, gzip;q=0", false),
    ("identity", false), ("br,zstd", false), ("gzip;q=0.001", true), ("*;q=0, gzip", true),
    (";;,,;q", false), ("gzipped", false),
  ])
  func respectsAcceptEncoding(header: String?, expected: Bool) {
    #expect(ContentNegotiation.acceptsGzip(header) == expected)
  }

  @Test(arguments: [
    ("text/plain; version=0.0.4; charset=utf-8", true), ("application/json", true),
    ("application/openmetrics-text; version=1.0.0", true), ("image/svg+xml", true),
    ("text/javascript", true), ("image/png", false), ("text/event-stream", false),
    ("application/octet-stream", false), ("application/gzip", false),
  ])
  func compressesText(type: String, expected: Bool) {
    #expect(ContentNegotiation.isCompressible(type) == expected)
  }

  @Test func onlyLongBodiesAreCompressed() {
    let short = HTTPResponse.text(String(repeating: "a", count: 1024))
    #expect(
      ContentNegotiation.encode(short, acceptEncoding: "gzip").headers["Content-Encoding"] == nil)
    let long = HTTPResponse.text(String(repeating: "a", count: 1025))
    let encoded = ContentNegotiation.encode(long, acceptEncoding: "gzip")
    #expect(encoded.headers["Content-Encoding"] == "gzip")
    #expect(encoded.body.count < 100)
    #expect(encoded.body.prefix(2) == [0x1f, 0x8b])
    let plain = ContentNegotiation.encode(long, acceptEncoding: nil)
    #expect(plain.body == long.body)
    #expect(plain.headers["Vary"] == "Accept-Encoding")
  }

  @Test func bodiesThatAreEncodedStayAsTheyAre() {
    var response = HTTPResponse.text(String(repeating: "a", count: 5000))
    response.headers["Content-Encoding"] = "br"
    #expect(ContentNegotiation.encode(response, acceptEncoding: "gzip").body == response.body)
  }
}
