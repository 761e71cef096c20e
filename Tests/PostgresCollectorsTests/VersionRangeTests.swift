import PostgresCollectors
import Testing

@Test(
  arguments: [
    (">=9.4.0", 90_400, true), (">=9.4.0", 90_324, false),
    (">=9.4.0 <10.0.0", 100_004, false), ("<10.0.0 || >=12", 110_000, false),
    ("<10.0.0 || >=12", 120_001, true), ("9.6.x", 90_624, true), ("9.x", 100_000, false),
    ("!=9.6.1", 90_601, false), ("!=9.6.1", 90_602, true), (">15.2", 150_002, false),
    (">15.2", 150_003, true), ("<=15.2.0", 150_002, true), ("15.20.0", 150_020, true),
    (">= 10.0.0", 150_000, true), ("> 9.x", 100_000, true),
  ] as [(String, Int, Bool)])
func rangesOfVersionsAreReadAsThePostgresExporterDoes(text: String, version: Int, isMeant: Bool)
  throws
{
  #expect(try #require(VersionRange(parsing: text)).contains(version) == isMeant)
}

@Test(arguments: ["", "||", ">=", "~9.6", "9.6.1.2", ">=9.4 ||", "nine", "9..1", "x", "9.x.1"])
func invalidRangesAreRefused(text: String) {
  #expect(VersionRange(parsing: text) == nil)
}

@Test func boundsOfVersionsAreHalfOpen() {
  let range = VersionRange(from: 130_000, before: 150_000)
  #expect([129_999, 130_000, 149_999, 150_000].map(range.contains) == [false, true, true, false])
}
