import MetricModel
import StorageAPI

/// The heads of an operator's rows, in the order in which they come.
///
/// Most operators yield the series of their operand, so the labels are not copied but shared, from
/// the storage on.
struct SeriesHeads: RandomAccessCollection {
  /// The series.
  let series: SeriesSet
  /// Whether the metric names are dropped.
  private let names: Names

  private enum Names {
    case alike(dropping: Bool)
    case each([Bool])
  }

  init(_ series: SeriesSet, dropsNames: Bool = false) {
    self.series = series
    names = .alike(dropping: dropsNames)
  }

  init(_ heads: [SeriesHead]) {
    series = SeriesSet(heads.map(\.labels))
    names = .each(heads.map(\.dropsName))
  }

  var startIndex: Int { 0 }
  var endIndex: Int { series.labels.count }

  subscript(index: Int) -> SeriesHead {
    SeriesHead(labels: series.labels[index], dropsName: dropsName(index))
  }

  /// The same heads with their names marked to be dropped.
  var droppingNames: SeriesHeads { SeriesHeads(series, dropsNames: true) }

  /// Whether the names of all are dropped, or of none; `nil` if they differ.
  var dropsNames: Bool? {
    switch names {
    case .alike(let dropping): dropping
    case .each(let drops): Set(drops).count > 1 ? nil : drops.first ?? false
    }
  }

  private func dropsName(_ index: Int) -> Bool {
    switch names {
    case .alike(let dropping): dropping
    case .each(let drops): drops[index]
    }
  }
}

extension SeriesHeads: ExpressibleByArrayLiteral {
  init(arrayLiteral elements: SeriesHead...) { self.init(elements) }
}
