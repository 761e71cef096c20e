extension TimeZoneRules {
  /// Parses a file of the time zone database (TZif, RFC 8536); returns nil if it is damaged.
  init?(parsing bytes: [UInt8]) {
    var file = TZifReader(bytes)
    guard let legacy = file.header() else { return nil }
    var header = legacy
    if legacy.version >= 2 {
      // The second part repeats the first with 64-bit numbers.
      guard file.skip(legacy.bodyBytes(timeBytes: 4)), let second = file.header() else {
        return nil
      }
      header = second
    }
    let timeBytes = legacy.version >= 2 ? 8 : 4
    guard let times = file.list(header.times, { $0.number(bytes: timeBytes) }),
      let kinds = file.list(header.times, { $0.number(bytes: 1) }),
      let types = file.list(
        header.types,
        { file -> (seconds: Int, isDaylight: Bool, name: Int)? in
          guard let seconds = file.number(bytes: 4), let isDaylight = file.number(bytes: 1),
            let name = file.number(bytes: 1)
          else { return nil }
          return (Int(seconds), isDaylight != 0, Int(name & 0xff))
        }),
      let names = file.take(header.characters),
      let standard = types.first(where: { !$0.isDaylight }),
      file.skip(header.leaps * (timeBytes + 4) + header.standardFlags + header.utcFlags),
      zip(times, times.dropFirst()).allSatisfy(<),
      kinds.allSatisfy({ types.indices.contains(Int($0 & 0xff)) }),
      types.allSatisfy({ $0.name < names.count })
    else { return nil }
    let offsets = types.map { type in
      Offset(
        seconds: type.seconds,
        abbreviation: String(decoding: names[type.name...].prefix { $0 != 0 }, as: UTF8.self))
    }
    let before = Offset(
      seconds: standard.seconds,
      abbreviation: String(decoding: names[standard.name...].prefix { $0 != 0 }, as: UTF8.self))
    self.init(
      transitions: times, offsets: kinds.map { offsets[Int($0 & 0xff)] }, first: before,
      rule: legacy.version >= 2 ? file.line().flatMap { PosixTimeZone($0) } : nil)
  }
}

/// Parses a TZif file; numbers are big-endian.
private struct TZifReader {
  /// The header, which contains the counts of the following data.
  struct Header {
    var version = 1
    var utcFlags = 0
    var standardFlags = 0
    var leaps = 0
    var times = 0
    var types = 0
    var characters = 0

    func bodyBytes(timeBytes: Int) -> Int {
      times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standardFlags
        + utcFlags
    }
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func header() -> Header? {
    guard take(4)?.elementsEqual("TZif".utf8) == true, let version = take(1)?.first, skip(15)
    else { return nil }
    guard let counts = list(6, { $0.number(bytes: 4) }), counts.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    return Header(
      version: version >= UInt8(ascii: "2") ? Int(version - UInt8(ascii: "0")) : 1,
      utcFlags: Int(counts[0]), standardFlags: Int(counts[1]), leaps: Int(counts[2]),
      times: Int(counts[3]), types: Int(counts[4]), characters: Int(counts[5]))
  }

  mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func skip(_ count: Int) -> Bool { take(count) != nil }

  /// Reads a signed number of `bytes` bytes.
  mutating func number(bytes: Int) -> Int64? {
    guard let digits = take(bytes) else { return nil }
    let value = digits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = 64 - 8 * bytes
    return Int64(bitPattern: value << UInt64(unused)) >> Int64(unused)
  }

  /// Reads `count` elements; returns nil if the file ends before.
  mutating func list<Element>(
    _ count: Int, _ read: (inout TZifReader) -> Element?
  ) -> [Element]? {
    var elements: [Element] = []
    for _ in 0..<count {
      guard let element = read(&self) else { return nil }
      elements.append(element)
    }
    return elements
  }

  /// Reads the text between two line ends.
  mutating func line() -> String? {
    guard rest.first == UInt8(ascii: "\n") else { return nil }
    let line = rest.dropFirst().prefix { $0 != UInt8(ascii: "\n") }
    return String(decoding: line, as: UTF8.self)
  }
}
