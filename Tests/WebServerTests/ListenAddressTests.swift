import Testing
import WebServer

@Suite struct ListenAddressTests {
  @Test(arguments: [
    ("127.0.0.1:9930", "127.0.0.1", 9930), (":9930", "", 9930), ("[::1]:9930", "::1", 9930),
    ("localhost:0", "localhost", 0), ("0.0.0.0:65535", "0.0.0.0", 65535),
    ("[fe80::1%eth0]:80", "fe80::1%eth0", 80), ("db-1.example.org:9931", "db-1.example.org", 9931),
  ])
  func readsAddresses(text: String, host: String, port: Int) throws {
    let address = try ListenAddress(parsing: text)
    #expect(address.host == host)
    #expect(address.port == port)
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", "9930", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
    "127.0.0.1:+80", "::1:9930", "[::1]", "[::1]9930", "[127.0.0.1]:9930", "[::1:9930",
    "ho st:9930", "http://host:80", "host:99999999999999999999", "\u{661}:9930x",
  ])
  func refusesWhatIsNoAddressAndSaysHowToWriteOne(text: String) {
    let error = #expect(throws: WebServerError.self) { try ListenAddress(parsing: text) }
    #expect(error?.description.contains("127.0.0.1:9930") == true)
  }
}
