import RedisAccess
import Testing

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

@Test func tlsIsRefusedWithAnExplanation() {
  for text in ["rediss://:sesame@h", "redis://h?ssl=true"] {
    #expect(throws: RedisSettingsError.tlsNotSupported) { try RedisSettings(parsing: text) }
  }
  #expect(
    "\(RedisSettingsError.tlsNotSupported)".contains("TLS to Redis is not supported yet; use"))
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
