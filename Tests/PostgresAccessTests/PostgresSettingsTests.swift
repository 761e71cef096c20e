import PostgresAccess
import Testing

@Test(arguments: [
  ("postgresql://u:p@db.example:6543/app", "db.example:6543"),
  ("postgres://db.example/app", "db.example:5432"),
  ("postgresql+psycopg2://u:p@h/app", "h:5432"),
  ("jdbc:postgresql://h:1/app?user=u&password=p", "h:1"),
  ("  host=h port=7 user=u password='p w'  ", "h:7"),
  ("postgresql:///app?host=/run/pg&port=5433", "/run/pg:5433"),
  ("postgresql://%2Frun%2Fpg/app", "/run/pg:5432"),
  ("postgresql://[::1]:5/app", "::1:5"),
  ("postgresql://a:1,b:2/app", "a:1,b:2"),
  ("host=a,b port=9", "a:9,b:9"),
  ("hostaddr=10.0.0.1", "10.0.0.1:5432"),
  ("dbname=app", "/var/run/postgresql:5432"),
])
func serverLabels(text: String, label: String) throws {
  #expect(try PostgresSettings(parsing: text).serverLabel == label)
}

@Test func driverParametersAreLeftOut() throws {
  let settings = try PostgresSettings(
    parsing:
      "postgresql://u:p@h/app?schema=public&pgbouncer=true&connection_limit=5&sslmode=require")
  #expect(settings.ignoredParameters == ["schema", "pgbouncer", "connection_limit"])
  #expect(settings["sslmode"] == "require")
  #expect(settings["dbname"] == "app")
}

@Test(arguments: [
  ("postgresql://h/app?sslmode=no-verify", "sslmode", "require"),
  ("postgresql://h/app?ssl=true", "sslmode", "require"),
  ("postgresql://h/app?ssl=false", "sslmode", "disable"),
  ("postgresql://h/app?sslcert=ca.pem&sslaccept=strict", "sslrootcert", "ca.pem"),
  ("postgresql://u:p%40ss@h/app", "password", "p@ss"),
  ("postgresql://h/app?options=endpoint%3Dx", "options", "endpoint=x"),
])
func driverSpellingsAreUnderstood(text: String, keyword: String, value: String) throws {
  #expect(try PostgresSettings(parsing: text)[keyword] == value)
}

@Test(arguments: [
  "", "   ", "nonsense", "mysql://u:sesame@h/app", "host=h sesame", "host=h nosuch=1",
  "postgresql://u:sesame@h:port/app", "postgresql://u:sesame@h:0/app", "host=h port=70000",
  "postgresql://u:se%ZZsame@h/app", "host='h", "postgresql://[::1/app", "host=a,b,c port=1,2x",
  "postgresql://h/app\u{0}",
])
func badConnectionStringsAreErrorsWithoutSecrets(text: String) {
  let error = #expect(throws: PostgresSettingsError.self) { try PostgresSettings(parsing: text) }
  #expect(error.map { !"\($0)".contains("sesame") } == true)
}

@Test func passwordsAreNotShown() throws {
  let settings = try PostgresSettings(parsing: "postgresql://u:open-sesame@h/app")
  var dumped = ""
  dump(settings, to: &dumped)
  for text in ["\(settings)", String(reflecting: settings), dumped] {
    #expect(!text.contains("sesame"))
    #expect(text.contains("***"))
  }
  #expect(settings.redacting("failed for open-sesame") == "failed for ***")
}
