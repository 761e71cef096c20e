import TestSupport
import Testing

@testable import PromQLEngine

@Suite struct BoundedRankingTests {
  /// The order as a sort of everything makes it: NaN last, equal values in the order of the series.
  private func sorted(_ values: [Double], descending: Bool) -> [Int] {
    values.indices.sorted { left, right in
      let (a, b) = (values[left], values[right])
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
      return a == b ? left < right : (a > b) == descending
    }
  }

  @Test(arguments: [0, 1, 2, 5, 40, Int.max], [true, false])
  func aHeapKeepsWhatASortWouldPutFirst(limit: Int, descending: Bool) {
    var generator = RepeatableRandom(seed: 1)
    for _ in 0..<200 {
      let values = (0..<30).map { _ -> Double in
        [.nan, .infinity, -.infinity].randomElement(using: &generator).flatMap {
          Int.random(in: 0..<8, using: &generator) == 0 ? $0 : nil
        } ?? Double(Int.random(in: -5...5, using: &generator))
      }
      var ranking = BoundedRanking(limit: limit, isDescending: descending)
      for (series, value) in values.enumerated() { ranking.offer(value, of: series) }
      #expect(
        ranking.sorted == Array(sorted(values, descending: descending).prefix(limit)), "\(values)")
    }
  }
}
