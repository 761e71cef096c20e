import MetricModel
import PromQLSyntax
import StorageAPI
import Testing

@testable import PromQLEngine

/// Numbers as `%.2g` prints them.
@Test(arguments: [
  (5.0, "5"), (12, "12"), (99.6, "1e+02"), (123, "1.2e+02"), (0.5, "0.5"), (0.25, "0.25"),
  (0.0996, "0.1"), (1.25, "1.2"), (0.000123, "0.00012"), (0.0000123, "1.2e-05"), (1e100, "1e+100"),
])
func differencesHaveTwoDigits(value: Double, text: String) {
  #expect(ForcedBuckets.twoDigits(value) == text)
}

@Test func notesOfRaisedBucketsAreJoined() {
  var first = ForcedBuckets(bounds: 1...1, difference: 2)
  first.times = 60_000...60_000
  var second = ForcedBuckets(bounds: 0.5...10, difference: 0.25)
  second.times = 120_500...120_500
  let joined = first.joined(with: second)
  #expect(
    joined.details
      == ", from buckets 0.5 to 10, with a max diff of 2, over 2 samples from "
      + "1970-01-01T00:01:00Z to 1970-01-01T00:02:00Z")
}
