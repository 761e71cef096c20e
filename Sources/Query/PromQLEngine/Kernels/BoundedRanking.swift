/// The best of many values without sorting them all: a heap of the wanted number of values, the
/// worst of them at its root.
///
/// NaN is worse than any number in both directions; of equal values the one whose series has the
/// lesser labels is better.
struct BoundedRanking {
  private struct Entry {
    var value: Double
    var series: Int
  }

  private let limit: Int
  private let isDescending: Bool
  private let heads: SeriesHeads
  private var heap: [Entry] = []

  /// Ranks up to `limit` values of series, the largest if `isDescending`, else the smallest.
  init(of heads: SeriesHeads, limit: Int, isDescending: Bool) {
    self.heads = heads
    self.limit = limit
    self.isDescending = isDescending
  }

  /// Offers the value of a series.
  ///
  /// - Complexity: O(1) for a value that is not among the best, else O(log limit); one comparison
  ///   of labels for each value that equals another.
  mutating func offer(_ value: Double, of series: Int) {
    let entry = Entry(value: value, series: series)
    if heap.count < limit {
      heap.append(entry)
      rise(from: heap.count - 1)
    } else if limit > 0, isBetter(entry, heap[0]) {
      heap[0] = entry
      sink()
    }
  }

  /// The series of the best values, the best first.
  var sorted: [Int] { heap.sorted(by: isBetter).map(\.series) }

  private func isBetter(_ left: Entry, _ right: Entry) -> Bool {
    if left.value.isNaN || right.value.isNaN {
      return left.value.isNaN == right.value.isNaN
        ? isLess(left.series, right.series) : right.value.isNaN
    }
    if left.value == right.value { return isLess(left.series, right.series) }
    return (left.value > right.value) == isDescending
  }

  private func isLess(_ left: Int, _ right: Int) -> Bool {
    heads[left].labels < heads[right].labels
  }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard isBetter(heap[parent], heap[place]) else { return }
      heap.swapAt(parent, place)
      place = parent
    }
  }

  private mutating func sink() {
    var place = 0
    while true {
      var worst = place
      for child in (2 * place + 1)...(2 * place + 2)
      where child < heap.count && isBetter(heap[worst], heap[child]) {
        worst = child
      }
      guard worst != place else { return }
      heap.swapAt(place, worst)
      place = worst
    }
  }
}
