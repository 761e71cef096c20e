import MetricModel
import TestSupport
import Testing

@testable import PromQLEngine

@Suite struct BoundedRankingTests {
  /// Series whose labels are in the order of their numbers.
  private let heads = SeriesHeads(
    (10..<40).map { SeriesHead(labels: Labels(name: "m", [("n", "\($0)")])) })

  /// The order of a full sort: NaN last, equal values in the order of their labels.
  private func sorted(_ values: [Double], descending: Bool) -> [Int] {
    values.indices.sorted { left, right in
      let (a, b) = (values[left], values[right])
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
      return a == b ? left < right : (a > b) == descending
    }
  }

  @Test(arguments: [0, 1, 2, 5, 40, Int.max], [true, false])
  func aHeapHoldsWhatASortWouldPutFirst(limit: Int, descending: Bool) {
    var generator = RepeatableRandom(seed: 1)
    for _ in 0..<200 {
      let values = (0..<30).map { _ -> Double in
        [.nan, .infinity, -.infinity].randomElement(using: &generator).flatMap {
          Int.random(in: 0..<8, using: &generator) == 0 ? $0 : nil
        } ?? Double(Int.random(in: -5...5, using: &generator))
      }
      var ranking = BoundedRanking(of: heads, limit: limit, isDescending: descending)
      // Values may come in any order.
      for series in values.indices.shuffled(using: &generator) {
        ranking.offer(values[series], of: series)
      }
      #expect(
        ranking.sorted == Array(sorted(values, descending: descending).prefix(limit)), "\(values)")
    }
  }
}
