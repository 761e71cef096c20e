import MetricModel

/// An encoded `prometheus.WriteRequest` that can be split between its samples.
struct OutgoingRequest: Equatable {
  /// The encoded message.
  private(set) var bytes: [UInt8] = []
  /// The end offset of each sample, with its labels, in `bytes`.
  private var ends: [Int] = []

  /// The number of samples.
  var count: Int { ends.count }

  /// Two requests with the first and the second half of the samples; nil if there is only one
  /// sample.
  var halves: (OutgoingRequest, OutgoingRequest)? {
    guard count > 1 else { return nil }
    let middle = count / 2
    let cut = ends[middle - 1]
    var first = OutgoingRequest()
    first.bytes = Array(bytes[..<cut])
    first.ends = Array(ends[..<middle])
    var second = OutgoingRequest()
    second.bytes = Array(bytes[cut...])
    second.ends = ends[middle...].map { $0 - cut }
    return (first, second)
  }

  private mutating func append(_ entry: ArraySlice<UInt8>) {
    bytes += entry
    ends.append(bytes.count)
  }

  /// Distributes messages over shards of requests with at most `samplesPerSend` samples each.
  ///
  /// Requests of one shard are sent in order, the shards in parallel. A series always belongs to
  /// the same shard, so its samples arrive in order.
  ///
  /// - Complexity: O(bytes).
  static func shards(
    of messages: [[UInt8]], count: Int, samplesPerSend: Int
  ) throws(WriteRequestError) -> [[OutgoingRequest]] {
    var entries: [(slice: ArraySlice<UInt8>, hash: UInt64)] = []
    for message in messages { try split(message, into: &entries) }
    let needed = entries.isEmpty ? 0 : (entries.count - 1) / samplesPerSend + 1
    let shardCount = max(1, min(count, needed))
    var shards = [[OutgoingRequest]](repeating: [], count: shardCount)
    for (slice, hash) in entries {
      let shard = Int(hash % UInt64(shardCount))
      if (shards[shard].last?.count ?? samplesPerSend) >= samplesPerSend {
        shards[shard].append(OutgoingRequest())
      }
      shards[shard][shards[shard].count - 1].append(slice)
    }
    return shards.filter { !$0.isEmpty }
  }

  /// Splits a message into its samples, each with the labels of its series and a hash of those
  /// labels.
  private static func split(
    _ message: [UInt8], into entries: inout [(slice: ArraySlice<UInt8>, hash: UInt64)]
  ) throws(WriteRequestError) {
    let span = message.span
    var reader = ProtobufReader(span)
    var start = 0
    while let field = try reader.next() {
      guard field.number == 1, case .bytes(let series) = field.value else {
        throw .malformed("something other than a series")
      }
      var hash = Fingerprint()
      var parts = ProtobufReader(span, in: series)
      while let part = try parts.next() {
        guard part.number == 1, case .bytes(let label) = part.value else { continue }
        for place in label { hash.combine(span[place]) }
      }
      entries.append((message[start..<series.upperBound], hash.value))
      start = series.upperBound
    }
  }
}
