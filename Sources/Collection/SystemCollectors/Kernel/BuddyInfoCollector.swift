import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Free pieces of memory by size, from /proc/buddyinfo.
struct BuddyInfoCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("buddyinfo")
    buffer.family(
      "node_buddyinfo_blocks", .gauge, "Free pieces of 2^size pages.",
      labels: ["node", "size", "zone"])
    var lines = ByteScanner(file.span, file: "buddyinfo")
    while var line = lines.nextLine() {
      guard let word = line.nextField() else { continue }
      guard word.equals("Node"), let node = line.nextField(), node.ends(with: ","),
        line.nextField()?.equals("zone") == true, let zone = line.nextField()
      else { throw line.error("\"Node N, zone NAME\" is missing") }
      let number = node.extracting(droppingLast: 1).text
      var size = 0
      while !line.isAtEnd {
        guard let field = line.nextField() else { break }
        guard let count = field.unsigned else {
          throw line.error("\"\(field.excerpt)\" should be a whole number")
        }
        buffer.add(Double(count), number, String(size), zone.text)
        size += 1
      }
    }
  }
}
