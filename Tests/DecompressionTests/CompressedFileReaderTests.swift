import Foundation
import TestSupport
import Testing

@testable import Decompression

/// Runs a shell script in a folder.
private func shell(_ script: String, in folder: TemporaryDirectory) async throws {
  let child = try ChildProcess.start("sh", ["-euc", script], directory: folder.path)
  #expect(try await child.waitForExit() == 0, "\(child.output)")
}

/// The result of reading a file as a text: the contents' size and end, or the error.
private func outcome(_ path: String) async -> String {
  do throws(DecompressionError) {
    let edges = try await CompressedFileReader(share: 1).edges(of: path)
    return "\(edges.count) \(String(decoding: edges.tail.suffix(8), as: UTF8.self))"
  } catch {
    switch error {
    case .cutShort: return "cut short"
    case .damaged: return "damaged"
    case .windowTooLarge: return "window"
    case .unknownFormat: return "unknown"
    case .unreadable: return "unreadable"
    case .changed, .noMemory, .cancelled: return "\(error)"
    }
  }
}

@Suite struct CompressedFileReaderTests {
  /// 6.9 MB of numbered lines, `seq 1000000`.
  private static let whole = "6888896 1000000\n"

  @Test(arguments: [
    ("gzip", "seq 1000000 | gzip", whole),
    ("gzip, stored", "seq 1000000 | gzip -1 -n", whole),
    (
      "members", "seq 500000 | gzip > a; seq 500001 1000000 | gzip > b; cat a b", whole
    ),
    ("hundreds of members", "for i in $(seq 300); do echo $i | gzip; done", "1092 299\n300\n"),
    ("an empty member behind", "seq 1000000 | gzip; gzip </dev/null", whole),
    ("zeros behind", "seq 1000000 | gzip; head -c 70000 /dev/zero", whole),
    ("garbage behind", "seq 1000000 | gzip; echo garbage", "damaged"),
    ("garbage behind zeros", "seq 1000000 | gzip; printf '\\0\\0garbage'", "damaged"),
    ("nothing inside", "gzip </dev/null", "0 "),
    ("cut", "seq 1000000 | gzip | head -c 1000000", "cut short"),
    ("without its checksum", "seq 1000000 | gzip > a; head -c -4 a", "cut short"),
    ("cut in the second member", "seq 9 | gzip > a; cat a; head -c 12 a", "cut short"),
    ("only the mark", "printf '\\037\\213'", "cut short"),
    (
      "another checksum",
      "seq 1000000 | gzip > a; s=$(stat -c %s a); head -c $((s - 8)) a; printf 'abcd'; tail -c 4 a",
      "damaged"
    ),
    (
      "other bytes in the middle",
      "seq 1000000 | gzip > a; head -c 500000 a; head -c 64 /dev/zero; tail -c +500065 a", "damaged"
    ),
    ("zstd", "seq 1000000 | zstd", whole),
    ("zstd, its best level", "seq 1000000 | zstd -19", whole),
    ("frames", "seq 500000 | zstd > a; seq 500001 1000000 | zstd > b; cat a b", whole),
    ("a frame to be skipped first", "printf 'P*M\\030\\001\\0\\0\\0x'; seq 1000000 | zstd", whole),
    ("zstd, nothing inside", "zstd </dev/null", "0 "),
    ("zstd, cut", "seq 1000000 | zstd | head -c 200000", "cut short"),
    ("zstd without its checksum", "seq 1000000 | zstd > a; head -c -4 a", "cut short"),
    ("zstd, garbage behind", "seq 1000000 | zstd; echo garbage", "damaged"),
    (
      "zstd, other bytes in the middle",
      "seq 1000000 | zstd > a; head -c 99999 a; head -c 64 /dev/zero; tail -c +100064 a", "damaged"
    ),
    ("a window of 128 MB", "head -c 20000000 /dev/zero | zstd --ultra -22 --long=27", "window"),
    ("plain text", "seq 1000000", "unknown"),
    ("nothing", "true", "unknown"),
  ])
  func filesAreReadToTheirEnd(name: String, script: String, expected: String) async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-unpack")
    try await shell("{ \(script); } > result", in: folder)
    #expect(await outcome(folder.file("result")) == expected, "\(name)")
  }

  @Test func pathsThatAreNoFilesAreRefused() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-unpack")
    try await shell("mkfifo pipe; mkdir folder", in: folder)
    for name in ["pipe", "folder", "gone"] {
      #expect(await outcome(folder.file(name)) == "unreadable", "\(name)")
    }
  }

  @Test func bothEndsAreReturned() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-unpack")
    try await shell("seq 100000 | gzip > a.gz; seq 20 | gzip > b.gz", in: folder)
    let reader = CompressedFileReader(share: 1)
    let long = try await reader.edges(of: folder.file("a.gz"))
    #expect(long.head.count == 512 && long.head.starts(with: "1\n2\n3\n".utf8))
    #expect(long.tail.count == 512 && long.tail.suffix(7).elementsEqual("100000\n".utf8))
    let short = try await reader.edges(of: folder.file("b.gz"))
    #expect(short.head == short.tail && short.count == 51)
  }

  @Test func aFileThatIsWrittenToMeanwhileIsNotJudged() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-unpack")
    try await shell("seq 1000000 | gzip > a.gz", in: folder)
    let path = folder.file("a.gz")
    await #expect(throws: DecompressionError.changed) {
      try await CompressedFileReader(share: 1).edges(of: path) { _ in
        let file = FileHandle(forWritingAtPath: path)
        _ = try? file?.seekToEnd()
        try? file?.write(contentsOf: [0])
      }
    }
  }

  /// 20 MB take a tenth of a second of processor time, and five hundred times as long at this pace.
  @Test func aReaderIsSlowAndCanBeStopped() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-unpack")
    try await shell("head -c 20000000 /dev/urandom | gzip -1 > a.gz", in: folder)
    let begun = AsyncStream<Int64>.makeStream()
    let reading = Task {
      try await CompressedFileReader(share: 0.002).edges(of: folder.file("a.gz")) {
        begun.continuation.yield($0)
      }
    }
    for await position in begun.stream where position > 0 { break }
    reading.cancel()
    await #expect(throws: DecompressionError.cancelled) { try await reading.value }
  }
}
