import RedisAccess
import Testing
import TransportSecurity

@Test(
  arguments: [
    ("redis://h", "h:6379", nil, nil, 0),
    ("redis://h:7/3", "h:7", nil, nil, 3),
    ("redis://:secret@h:7", "h:7", nil, "secret", 0),
    ("redis://app:s%40cret@h:7/1", "h:7", "app", "s@cret", 1),
    ("redis://app:s@c?ret@h:7", "h:7", "app", "s@c?ret", 0),
    ("redis://[::1]:7/2", "[::1]:7", nil, nil, 2),
    ("redis://h:7/0?family=4&db=5", "h:7", nil, nil, 5),
    ("h", "h:6379", nil, nil, 0),
    ("h:7", "h:7", nil, nil, 0),
    ("/run/redis.sock", "/run/redis.sock", nil, nil, 0),
    ("unix:///run/redis.sock?db=2", "/run/redis.sock", nil, nil, 2),
    ("redis+socket://:pw@/run/redis.sock", "/run/redis.sock", nil, "pw", 0),
    ("valkey://h", "h:6379", nil, nil, 0),
  ] as [(String, String, String?, String?, Int)])
func readsAddresses(text: String, label: String, user: String?, password: String?, db: Int) throws {
  let settings = try RedisSettings(parsing: text)
  #expect(settings.serverLabel == label)
  #expect(settings.user == user)
  #expect(settings.password == password)
  #expect(settings.database == db)
}

@Test func addressesSayHowTLSIsSpoken() throws {
  for text in ["rediss://:sesame@h", "redis://h?ssl=true", "valkeys://h:1/2", "REDISS://h"] {
    #expect(try RedisSettings(parsing: text).tls == TLSConfiguration())
  }
  #expect(try RedisSettings(parsing: "redis://h?ssl=false").tls == nil)
  let settings = try RedisSettings(
    parsing:
      "rediss://u:sesame@h?ssl_cert_reqs=CERT_NONE&ssl_ca_certs=/a%20b&ssl_certfile=c&ssl_keyfile=k"
  )
  var expected = TLSConfiguration()
  expected.insecureSkipVerify = true
  expected.caFile = "/a b"
  expected.certificateFile = "c"
  expected.keyFile = "k"
  #expect(settings.tls == expected)
  #expect("\(settings)" == "rediss://u:***@h:6379/0")
}

@Test(arguments: [
  "", "http://h", "redis://h:port", "redis://h:0", "redis://h:70000", "redis://h/x",
  "redis://h/-1", "redis://:se%zzsame@h", "redis://h h", "redis://h\t1", "redis://[::1",
  "unix://run",
  "redis://[::1]x", "redis://a,b:1", "redis://h/0/1", "redis://:sesame%@h",
])
func badAddressesAreErrorsWithoutSecrets(text: String) {
  let error = #expect(throws: RedisSettingsError.self) { try RedisSettings(parsing: text) }
  #expect(error.map { !"\($0)".contains("same") } == true)
}

@Test func redisPasswordsAreNotShown() throws {
  let settings = try RedisSettings(parsing: "redis://u:open-sesame@h")
  var dumped = ""
  dump(settings, to: &dumped)
  for text in ["\(settings)", String(reflecting: settings), dumped] {
    #expect(!text.contains("sesame"))
  }
}
