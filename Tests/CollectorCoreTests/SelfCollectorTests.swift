import SystemAccess
@testable import CollectorCore
import ExpositionFormat
import Testing

@Suite struct SelfCollectorTests {
  @Test(arguments: [
    ("Max open files            1024                 524288               files\n", 1024.0),
    ("Max processes 5 6 x\nMax open files unlimited unlimited files\n", 1.8446744073709552e19),
    ("Max processes 5 6 x\n", nil),
  ])
  func aLimitIsTheSoftOne(text: String, limit: Double?) throws {
    let found = try SelfCollector.limit("Max open files", in: text.utf8.span)
    #expect(found == limit)
  }

  @Test(arguments: ["Max open files -1 5 files\n", "Max open files\n", "Max open files 12a 5\n"])
  func aLimitThatIsNoNumberIsAnError(text: String) {
    #expect(throws: FormatError.self) {
      try SelfCollector.limit("Max open files", in: text.utf8.span)
    }
  }

  @Test func dashboardsFindTheProgramThatItStandsFor() async throws {
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    try await SelfCollector(role: "exporter", standsFor: ["node_exporter"]).collect(
      into: &buffer, context: .relaxed)
    #expect(buffer.render().text.contains("node_exporter_build_info{branch=\"tocsin\""))
  }

  @Test func theProcessReportsItsOwnCost() async throws {
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    try await SelfCollector(role: "exporter").collect(into: &buffer, context: .relaxed)
    let text = String(decoding: buffer.render().bytes, as: UTF8.self)
    for name in [
      "tocsin_build_info{role=\"exporter\",version=", "process_cpu_seconds_total ",
      "process_resident_memory_bytes ", "process_start_time_seconds 1.", "process_open_fds ",
      "process_max_fds ", "process_virtual_memory_max_bytes ",
    ] {
      #expect(text.contains("\n\(name)") || text.hasPrefix(name), "\(name) in \(text)")
    }
  }
}
