import MetricModel
import Testing

@Suite struct TimestampDurationTests {
  @Test func instantsAndDurationsAddUp() {
    let noon = Timestamp(rawValue: 43_200_000)
    #expect(noon + .seconds(90) == Timestamp(rawValue: 43_290_000))
    #expect(noon - .hours(13) == Timestamp(rawValue: -3_600_000))
    #expect(noon - Timestamp(rawValue: 43_199_999) == .milliseconds(1))
    #expect(Timestamp(rawValue: 1) - Timestamp(rawValue: 3) == .milliseconds(-2))
  }

  @Test func theEndsOfTimeHold() {
    #expect(Timestamp.distantFuture + .seconds(1) == .distantFuture)
    #expect(Timestamp.distantPast - .seconds(1) == .distantPast)
    #expect(
      Timestamp.distantFuture - .distantPast == .milliseconds(Int64.max) - .milliseconds(Int64.min))
  }

  @Test(
    arguments: [
      (.nanoseconds(1_999_999), 1), (.zero, 0), (.nanoseconds(-1), -1), (.milliseconds(-2), -2),
      (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.minutes(2), 120_000),
    ] as [(Duration, Int64)])
  func millisecondsAreRoundedDown(duration: Duration, milliseconds: Int64) {
    #expect(duration.milliseconds == milliseconds)
  }

  @Test func secondsHaveAFraction() {
    #expect(Duration.milliseconds(1_500).seconds == 1.5)
    #expect(Duration.nanoseconds(-250_000_000).seconds == -0.25)
  }
}
