import Testing

@testable import Codecs

struct TimeZoneRulesTests {
  /// Offsets in hours, as `TZ=... date -d @...` prints them.
  @Test(
    arguments: [
      ("Europe/Berlin", 1_782_892_800, 2.0, "CEST"), ("Europe/Berlin", 1_796_083_200, 1, "CET"),
      // The hours of both clock changes of 2026.
      ("Europe/Berlin", 1_774_745_999, 1, "CET"), ("Europe/Berlin", 1_774_746_000, 2, "CEST"),
      ("Europe/Berlin", 1_792_889_999, 2, "CEST"), ("Europe/Berlin", 1_792_890_000, 1, "CET"),
      // Beyond the transitions that the file lists.
      ("Europe/Berlin", 2_540_000_000, 2, "CEST"), ("America/New_York", 2_535_000_000, -4, "EDT"),
      ("Asia/Tokyo", 1_796_083_200, 9, "JST"), ("Asia/Kolkata", 1_796_083_200, 5.5, "IST"),
      ("Australia/Sydney", 1_796_083_200, 11, "AEDT"),
      ("Australia/Sydney", 1_782_892_800, 10, "AEST"),
      ("America/St_Johns", 1_796_083_200, -3.5, "NST"), ("UTC", 1_796_083_200, 0, "UTC"),
      ("Etc/GMT+5", 1_796_083_200, -5, "-05"),
    ] as [(String, Int64, Double, String)])
  func knowsZones(name: String, instant: Int64, hours: Double, abbreviation: String) throws {
    let offset = try #require(TimeZoneRules(identifier: name)).offset(at: instant)
    #expect(Double(offset.seconds) / 3600 == hours)
    #expect(offset.abbreviation == abbreviation)
  }

  @Test(arguments: [
    "", "Mars/Olympus", "../../../etc/localtime", "/etc/localtime", "Europe/../UTC", "Europe/",
    "Europe", "tzdata.zi", "Europe\0/Berlin",
  ])
  func refusesOtherNames(name: String) { #expect(TimeZoneRules(identifier: name) == nil) }

  /// The rule and the list of transitions must agree where both hold.
  @Test(arguments: [
    ("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin"), ("EST5EDT,M3.2.0,M11.1.0", "America/New_York"),
    ("AEST-10AEDT,M10.1.0,M4.1.0/3", "Australia/Sydney"), ("JST-9", "Asia/Tokyo"),
  ])
  func rulesAgreeWithTransitions(text: String, name: String) throws {
    let rule = try #require(PosixTimeZone(text))
    let zone = try #require(TimeZoneRules(identifier: name))
    for day in stride(from: Int64(1_767_225_600), to: 1_893_456_000, by: 21_600) {
      #expect(rule.offset(at: day) == zone.offset(at: day))
    }
  }

  @Test(
    arguments: [
      ("<-03>3", 1_796_083_200, -3 * 3600), ("XXX0YYY,J60,J300", 1_772_323_200 + 7200, 3600),
      ("XXX0YYY,J60,J300", 1_772_323_200 + 7199, 0), ("XXX0YYY2,0/0,J365/25", 1_782_892_800, -7200),
      ("IST-1GMT0,M10.5.0,M3.5.0/1", 1_796_083_200, 0), ("NST3:30", 1_796_083_200, -12_600),
    ] as [(String, Int64, Int)])
  func readsRules(text: String, instant: Int64, seconds: Int) throws {
    #expect(try #require(PosixTimeZone(text)).offset(at: instant).seconds == seconds)
  }

  @Test(arguments: [
    "", "CET", "CE-1", "CET-1CEST", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.5.0", "<CET-1",
    "CET-1CEST,M3.5.0,M10.5.0x", "CET-200",
  ])
  func refusesOtherRules(text: String) { #expect(PosixTimeZone(text) == nil) }

  @Test func refusesDamagedFiles() {
    let file = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 39)
    #expect(TimeZoneRules(parsing: []) == nil)
    #expect(TimeZoneRules(parsing: file) == nil)
    #expect(TimeZoneRules(parsing: Array(file.prefix(20))) == nil)
    var huge = file
    huge[32] = 0x7f
    #expect(TimeZoneRules(parsing: huge) == nil)
  }
}
