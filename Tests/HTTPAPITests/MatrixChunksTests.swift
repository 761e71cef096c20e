import Foundation
import MetricModel
import PromQLEngine
import Testing

@testable import HTTPAPI

/// Large answers are written while they are sent, with the same text as if they were not.
struct MatrixChunksTests {
  private static func matrix(_ points: [Int]) -> [MatrixSeries] {
    points.enumerated().map { number, count in
      MatrixSeries(
        labels: ["__name__": "m", "n": String(number)],
        timestamps: (0..<count).map { Timestamp(rawValue: Int64($0) * 15_000) },
        values: (0..<count).map { .float(Double($0) / 8) })
    }
  }

  @Test(arguments: [
    [Int](repeating: 240, count: 300), [11_000, 11_000, 1, 60_000, 3, 11_000, 5],
    [1, 70_000], [70_000, 0, 1], [20_000, 20_000, 20_000, 20_000],
  ])
  func chunksFormTheArray(points: [Int]) async throws {
    let series = Self.matrix(points)
    let chunks = try #require(MatrixChunks(series[...]))
    var json = JSONWriter()
    json.matrix(series[...])
    var bytes = Array("[".utf8)
    for number in 0..<chunks.count { bytes += try #require(chunks.chunk(number)) }
    bytes += Array("]".utf8)
    #expect(bytes == json.bytes)
    #expect(chunks.chunk(chunks.count) == nil)
    #expect(await chunks.joined(from: [91], to: [93]) == json.bytes)
    #expect(!chunks.isStreamed)
  }

  @Test(arguments: [[], [10], [Int](repeating: 100, count: 600)])
  func smallAnswersAreWrittenAtOnce(points: [Int]) {
    #expect(MatrixChunks(Self.matrix(points)[...]) == nil)
  }

  /// The last one is streamed.
  @Test(arguments: [(9, nil), (9, 7), (106, nil)] as [(Int, Int?)])
  func theEnvelopeIsClosedAfterTheLastSeries(count: Int, limit: Int?) async throws {
    let series = (1...count).map { "label_replace(vector(time()), \"n\", \"\($0)\", \"\", \"\")" }
    let form =
      "query=\(series.joined(separator: " or "))&start=0&end=10000&step=1&stats=true"
      + (limit.map { "&limit=\($0)" } ?? "")
    let (status, text) = try await APIFixture().ask("/api/v1/query_range", body: form)
    #expect(status == 200)
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(root["status"] as? String == "success")
    #expect((root["warnings"] as? [String])?.count == limit.map { _ in 1 })
    let data = try #require(root["data"] as? [String: Any])
    #expect(data["stats"] != nil)
    let result = try #require(data["result"] as? [[String: Any]])
    #expect(result.count == limit ?? count)
    let names = (1...count).map(String.init).sorted().prefix(result.count)
    for (name, one) in zip(names, result) {
      #expect((one["metric"] as? [String: String]) == ["n": name])
      #expect((one["values"] as? [Any])?.count == 10_001)
    }
  }
}
