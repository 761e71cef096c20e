import MetricModel
import PromQLEngine

/// The value of a query as JSON in the shape of Prometheus' HTTP API, with its statistics.
///
/// `write` writes the whole value, except for the series of a large matrix, which follow as
/// `chunks`.
struct QueryValueJSON: Sendable {
  /// The series of a large matrix; `nil` for a value that is written in one piece.
  let chunks: MatrixChunks?

  private let value: QueryValue
  private let limit: Int
  private let statistics: QueryStatistics?

  /// Creates the JSON of at most `limit` elements or series.
  init(_ value: QueryValue, limit: Int? = nil, _ statistics: QueryStatistics? = nil) {
    self.value = value
    self.limit = limit ?? .max
    self.statistics = statistics
    if case .matrix(let series) = value {
      chunks = MatrixChunks(series.prefix(self.limit))
    } else {
      chunks = nil
    }
  }

  /// Writes the value without its `chunks`. Returns the offset in the text at which the chunks
  /// belong, if there are any.
  func write(to json: inout JSONWriter) -> Int? {
    var place: Int?
    json.object { json in
      switch value {
      case .scalar(let number, let time):
        json.member("resultType", "scalar")
        json.key("result")
        json.point(time, number)
      case .string(let text, let time):
        json.member("resultType", "string")
        json.key("result")
        json.array { json in
          json.instant(time)
          json.string(text)
        }
      case .vector(let elements, let time):
        json.member("resultType", "vector")
        json.key("result")
        json.array { json in
          for element in elements.prefix(limit) { json.element(element, at: time) }
        }
      case .matrix(let series):
        json.member("resultType", "matrix")
        json.key("result")
        if chunks == nil {
          json.matrix(series.prefix(limit))
        } else {
          json.array { json in place = json.bytes.count }
        }
      }
      if let statistics { json.statistics(statistics) }
    }
    return place
  }
}

extension JSONWriter {
  fileprivate mutating func element(_ element: VectorElement, at time: Timestamp) {
    object { json in
      json.key("metric")
      json.labels(element.labels)
      switch element.value {
      case .float(let number):
        json.key("value")
        json.point(time, number)
      }
    }
  }

  /// Writes the series of a range query. The times of series with a value at every step are
  /// rendered once.
  mutating func matrix(_ matrix: ArraySlice<MatrixSeries>) {
    reserve(matrix.reduce(0) { $0 + 400 + 36 * $1.values.count })
    let times = matrix.max { $0.timestamps.count < $1.timestamps.count }?.timestamps ?? []
    let starts = times.map(PointStart.init)
    array { json in
      for series in matrix {
        json.series(series, starts: series.timestamps == times ? starts : [])
      }
    }
  }

  /// Writes a series; `starts` are the rendered times of its points, or empty.
  private mutating func series(_ series: MatrixSeries, starts: [PointStart]) {
    object { json in
      json.key("metric")
      json.labels(series.labels)
      json.key("values")
      json.array { json in
        for (place, value) in series.values.enumerated() {
          switch value {
          case .float(let number) where starts.isEmpty:
            json.point(series.timestamps[place], number)
          case .float(let number):
            json.point(starts[place], number)
          }
        }
      }
    }
  }
}
