import MetricModel
import Testing

@Suite struct JSONWriterTests {
  @Test func commasStandBetweenMembersOnly() {
    var json = JSONWriter()
    json.object { json in
      json.key("a")
      json.array { json in
        json.integer(1)
        json.object { _ in }
        json.array { _ in }
      }
      json.key("b")
      json.string("x\"\\\n\u{1}é")
      json.key("c")
      json.number(.infinity)
      json.key("d")
      json.bool(false)
    }
    let expected = #"{"a":[1,{},[]],"b":"x\"\\\n\u0001é","c":null,"d":false}"#
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test(arguments: [(1_000, "1"), (1_500, "1.5"), (1_050, "1.05"), (-1_001, "-1.001"), (0, "0")])
  func timesHaveAtMostThreeDecimals(milliseconds: Int64, text: String) {
    var json = JSONWriter()
    json.instant(Timestamp(rawValue: milliseconds))
    #expect(String(decoding: json.bytes, as: UTF8.self) == text)
  }

  @Test func pointsAreTimesAndValuesInStrings() {
    var json = JSONWriter()
    json.array { json in
      for (milliseconds, value) in [
        (0, 0.25), (1_758_000_000_120, 1_234_567), (-1_500, -.infinity), (.max, 1e-300),
      ] as [(Int64, Double)] {
        json.point(Timestamp(rawValue: milliseconds), value)
      }
      json.integer(1)
    }
    let expected =
      #"[[0,"0.25"],[1758000000.12,"1234567"],[-1.5,"-Inf"],[9223372036854775.807,"1e-300"],1]"#
    #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
  }

  @Test func pointsOfInstantsMadeOnceAreTheSame() {
    let times = [0, -1, 5, 1_500, 1_758_000_000_120, -1_758_000_000_001, .min, .max]
      .map { Timestamp(rawValue: $0) }
    var (made, reused) = (JSONWriter(), JSONWriter())
    for time in times {
      made.point(time, 0.5)
      reused.point(PointStart(time), 0.5)
    }
    #expect(
      String(decoding: reused.bytes, as: UTF8.self) == String(decoding: made.bytes, as: UTF8.self))
  }
}
