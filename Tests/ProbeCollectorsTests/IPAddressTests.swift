import Testing

@testable import ProbeCollectors

@Test(arguments: [
  ("127.0.0.1", [127, 0, 0, 1]), ("255.255.255.255", [255, 255, 255, 255]),
  ("::ffff:192.0.2.1", [192, 0, 2, 1]), ("1.2.3", nil), ("1.2.3.4.5", nil), ("1.2.3.256", nil),
  ("1.2.3.-4", nil), ("01.2.3.4", nil), ("1.2.3.", nil), ("", nil), ("example.org", nil),
  ("0x7f000001", nil), ("2130706433", nil), ("1.2.3.+4", nil),
  ("::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
  ("::", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ("2001:db8::8:800:200c:417A", [32, 1, 13, 184, 0, 0, 0, 0, 0, 8, 8, 0, 32, 12, 65, 122]),
  ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
  ("fe80::1%eth0", [254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
  ("1:2:3:4:5:6:7", nil), ("1:2:3:4:5:6:7:8:9", nil), ("1::2::3", nil), (":::", nil),
  ("1:2:3:4:5:6:7::8", nil), ("12345::", nil), ("g::", nil), (":1", nil), ("+1::", nil),
  ("::1.2.3", nil), ("::1.2.3.4:5", nil),
])
func readsAddresses(text: String, bytes: [UInt8]?) {
  #expect(IPAddress(text)?.bytes == bytes)
}

@Test(
  arguments: [
    ("127.0.0.1", 3_668_918_509), ("192.0.2.1", 1_969_986_452), ("::1", 1_751_717_746),
    ("2001:db8::1", 1_851_458_804),
  ] as [(String, UInt32)])
func hashesAddressesAsBlackboxDoes(text: String, hash: UInt32) throws {
  #expect(try #require(IPAddress(text)).hash == hash)
}

@Test(
  arguments: [
    (IPPreference(), ["192.0.2.1", "2001:db8::1"], "2001:db8::1"),
    (IPPreference(), ["192.0.2.1"], "192.0.2.1"),
    (IPPreference(fallsBack: false), ["192.0.2.1"], nil),
    (IPPreference(preferred: .ip4), ["2001:db8::1", "192.0.2.1", "192.0.2.2"], "192.0.2.1"),
    (IPPreference(preferred: .ip4), ["2001:db8::1"], "2001:db8::1"),
    (IPPreference(preferred: .ip4), [], nil),
  ] as [(IPPreference, [String], String?)])
func choosesOneAddress(preference: IPPreference, addresses: [String], chosen: String?) {
  #expect(preference.choose(from: addresses.compactMap { IPAddress($0) })?.text == chosen)
}

@Test(arguments: [
  ("localhost:22", "localhost", 22), ("192.0.2.1:65535", "192.0.2.1", 65_535),
  ("[2001:db8::1]:80", "2001:db8::1", 80), ("a_b-c.example:1", "a_b-c.example", 1),
])
func readsPlaces(text: String, host: String, port: Int) throws {
  let place = try #require(TCPAddress(text))
  #expect(place.host == host)
  #expect(place.port == port)
}

@Test(arguments: [
  "", "localhost", "localhost:", ":22", "localhost:0", "localhost:65536", "localhost:+22",
  "localhost:22 ", "user@localhost:22", "a/b:22", "a b:22", "2001:db8::1:80", "[localhost]:80",
  "[127.0.0.1]:80", "[::1:80", "a\r\nb:22", "host:22:33", "http://host:80", "ä:1",
])
func refusesOtherPlaces(text: String) {
  #expect(TCPAddress(text) == nil)
}
