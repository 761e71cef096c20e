import SystemAccess
import CollectorCore
import Concurrency
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import SystemCollectors

@Test func aStuckMountIsLeftAloneUntilItAnswers() async throws {
  let isStuck = Mutex(true)
  let calls = Mutex(0)
  var context = try fixtureContext()
  // Long enough for mounts that respond, however busy the machine is.
  context.mountTimeout = .seconds(3)
  let collector = FileSystemCollector(context) { path in
    if path.hasSuffix("/srv/data") {
      calls.withLock { $0 += 1 }
      while isStuck.withLock({ $0 }) { usleep(1000) }
    }
    return .success(
      FileSystemUsage(
        blockSize: 1, blocks: 1, blocksFree: 1, blocksAvailable: 1, files: 1, filesFree: 1))
  }
  let error = #"device_error="mountpoint timeout"} 1"#
  for _ in 0..<3 {
    let text = try await text(of: collector).text
    #expect(text.contains(error))
    #expect(text.contains(#"node_filesystem_size_bytes{device="tmpfs""#))
    #expect(!text.contains(#"node_filesystem_size_bytes{device="files.example:/export""#))
  }
  #expect(calls.withLock { $0 } == 1)
  #expect(context.blockingCalls.stuckCount == 1)
  isStuck.withLock { $0 = false }
  try await eventually("the call returns") { context.blockingCalls.stuckCount == 0 }
  let text = try await text(of: collector).text
  #expect(text.contains(#"node_filesystem_size_bytes{device="files.example:/export""#))
  #expect(!text.contains(error))
}

@Test(arguments: [
  ("/plain", "/plain"), (#"/a\040b"#, "/a b"), (#"/tab\011"#, "/tab\t"), (#"/a\134b"#, #"/a\b"#),
  (#"/a\04"#, #"/a\04"#), (#"/a\999"#, #"/a\999"#), (#"\"#, #"\"#), (#"/x\777"#, #"/x\777"#),
])
func escapesOfMountPointsAreDecoded(text: String, path: String) {
  #expect(MountPoint.unescaped(text.utf8.span) == path)
}

@Test(arguments: [
  "36 28", "36 28 8:33", "36 28 8x33 / /mnt rw - ext4 /dev/sdc1 rw", "36 28 8:33 / /mnt rw",
  "36 28 8:33 / /mnt rw shared:1", "36 28 8:33 / /mnt rw - ext4",
])
func aBrokenMountLineIsAClearError(line: String) {
  #expect(throws: FormatError.self) { try MountPoint.parse(line.utf8.span) }
}
