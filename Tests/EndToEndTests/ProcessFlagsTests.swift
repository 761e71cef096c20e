import Foundation
import TestSupport
import Testing
import WebClient

/// `--process.*` and `tocsin check processes` on the built program, also as a user without
/// privileges.
@Suite struct ProcessFlagsTests {
  @Test func threadsAndSharesAreShownAsWanted() async throws {
    let known = try KnownProcesses()
    let processes = try await known.start(.init(kind: "threads", threads: 4))
    let plain = try await known.exporter().scrape()
    #expect(plain.process("thread_count", "threads", ["threadname": "python3"]) == 4)
    #expect(plain.process("states", "threads", ["state": "Sleeping"]) == 4)
    #expect(plain.process("memory_bytes", "threads", ["memtype": "proportionalResident"]) == nil)
    let without = try await known.exporter(["--no-process.threads", "--process.smaps"]).scrape()
    #expect(without.samples.allSatisfy { !$0.name.contains("_thread_") })
    #expect(without.samples.allSatisfy { !$0.name.hasSuffix("_wchan") })
    #expect(without.process("states", "threads", ["state": "Sleeping"]) == 1)
    #expect(without.process("num_threads", "threads") == 4)
    let shares = without.process(
      "memory_bytes", "threads", ["memtype": "proportionalResident"])
    #expect(shares ?? 0 > 0)
    withExtendedLifetime(processes) {}
  }

  @Test func childrenBelongToTheirParentsUnlessSaidOtherwise() async throws {
    let known = try KnownProcesses()
    let processes = try await known.start(.init(kind: "parent"))
    #expect(try await known.exporter().scrape().process("num_procs", "parent") == 3)
    let alone = try await known.exporter(["--no-process.children"])
    #expect(try await alone.scrape().process("num_procs", "parent") == 1)
    withExtendedLifetime(processes) {}
  }

  /// The default of process-exporter for groups that a file names: empty groups remain, with their
  /// counters.
  @Test func groupsStayWhenTheyAreEmptyUnlessSaidOtherwise() async throws {
    let known = try KnownProcesses()
    let processes = try await known.start(.init(kind: "plain"))
    let retaining = try await known.exporter()
    let removing = try await known.exporter(["--process.remove-empty-groups"])
    #expect(try await retaining.scrape().process("num_procs", "plain") == 1)
    #expect(try await removing.scrape().process("num_procs", "plain") == 1)
    for process in processes { process.terminate() }
    let empty = try await retaining.scrape()
    #expect(empty.process("num_procs", "plain") == 0)
    #expect(empty.process("open_filedesc", "plain") == 0)
    #expect(empty.process("cpu_seconds_total", "plain", ["mode": "user"]) != nil)
    #expect(empty.process("oldest_start_time_seconds", "plain") == nil)
    #expect(try await removing.scrape().process("num_procs", "plain") == nil)
  }

  @Test func aProcessThatBecomesAnotherIsNamedAgainIfWanted() async throws {
    let known = try KnownProcesses()
    let process = try await known.start(.init(kind: "before"))[0]
    let flags = [[], ["--process.recheck"], ["--process.recheck-time-limit", "1h"]]
    var exporters: [Daemon] = []
    for each in flags { exporters.append(try await known.exporter(each)) }
    for exporter in exporters {
      #expect(try await exporter.scrape().process("num_procs", "before") == 1)
    }
    process.signal(SIGUSR1)
    try await eventually("the process is another") {
      process.output.split(separator: "\n").count == 2
    }
    #expect(try await exporters[0].scrape().process("num_procs", "before") == 1)
    #expect(try await exporters[0].scrape().process("num_procs", "after") == nil)
    for exporter in exporters[1...] {
      let text = try await exporter.scrape()
      #expect(text.process("num_procs", "before") == 0)
      #expect(text.process("num_procs", "after") == 1)
    }
  }

  @Test func checkShowsWhichProcessBelongsToWhichGroupAndWhy() async throws {
    let known = try KnownProcesses()
    let processes = try await known.start(.init(kind: "parent"))
    func check(_ flags: [String]) async throws -> (status: Int32, lines: [String]) {
      let child = try ChildProcess.start(Daemon.executable, ["check", "processes"] + flags)
      let status = try await child.waitForExit()
      return (status, child.output.split(separator: "\n").map(String.init))
    }
    let (status, lines) = try await check(["--process.config-file", known.rules])
    #expect(status == 0)
    let own = lines.filter { $0.contains(" parent ") }
    #expect(own.count == 3, "\(lines)")
    #expect(own.contains { $0.contains("\(processes[0].pid) ") && $0.contains("rule 2") })
    #expect(own.filter { $0.contains("child of the group") && $0.contains("sleep 600") }.count == 2)
    let alone = try await check(["--process.config-file", known.rules, "--no-process.children"])
    #expect(alone.lines.filter { $0.contains(" parent ") }.count == 1)
    // Without a file the built-in detectors apply; one of them matches our script.
    let detected = try await check([])
    let row = detected.lines.first { $0.contains("\(processes[0].pid) ") }
    #expect(row?.contains("python:known_process.py") == true, "\(row ?? "")")
    let wrong = try known.folder.write("process_names:\n  - name: x\n", to: "wrong.yml")
    let refused = try await check(["--process.config-file", wrong])
    #expect(refused.status == 1)
    #expect(refused.lines.first?.contains("wrong.yml:2:5") == true, "\(refused.lines)")
    withExtendedLifetime(processes) {}
  }

  /// The exporter as an unprivileged user, as on most hosts.
  @Test func aUserWithoutPrivilegesSeesOwnProcessesAndNoZerosForOthers() async throws {
    let known = try KnownProcesses()
    let others = try await known.start(.init(kind: "plain", files: 7, megabytes: 5))
    let place = try TemporaryDirectory(prefix: "tocsin-daemon", owner: "daemon")
    let executable = place.file("tocsin")
    try FileManager.default.copyItem(atPath: Daemon.executable, toPath: executable)
    let seconds = "600.\(others[0].pid)"
    let rules = try place.write(
      """
      process_names:
        - {name: own, cmdline: ['sleep \(seconds)$']}
        - {name: plain, cmdline: ['\(known.folder.path)/']}
      """, to: "processes.yml")
    let own = try ChildProcess.start("/bin/sleep", [seconds], user: "daemon")
    try await eventually("sleep sleeps") {
      try String(contentsOfFile: "/proc/\(own.pid)/comm", encoding: .utf8) == "sleep\n"
        && KnownProcesses.isAtRest(own.pid)
    }
    let exporter = try await known.exporter(
      ["--process.smaps"], executable: executable, user: "daemon", rules: rules)
    _ = try await exporter.scrape()
    let text = try await exporter.scrape()

    #expect(text.process("num_procs", "own") == 1)
    #expect(text.process("read_bytes_total", "own") == 0)
    #expect(text.process("open_filedesc", "own") == 3)
    #expect(text.process("memory_bytes", "own", ["memtype": "proportionalResident"]) ?? 0 > 0)

    #expect(text.process("num_procs", "plain") == 1)
    #expect(text.process("num_threads", "plain") == 1)
    #expect(text.process("states", "plain", ["state": "Sleeping"]) == 1)
    #expect(text.process("memory_bytes", "plain", ["memtype": "resident"]) ?? 0 > 5e6)
    for name in ["read_bytes_total", "write_bytes_total"] {
      #expect(text.process(name, "plain") == nil, "\(name)")
    }
    for memory in ["proportionalResident", "proportionalSwapped"] {
      #expect(text.process("memory_bytes", "plain", ["memtype": memory]) == nil, "\(memory)")
    }
    // Since Linux 6.2 every user may read the number of open files of a process; before, only its
    // owner.
    let files = text.process("open_filedesc", "plain")
    #expect(files == nil || files ?? 0 >= 7)
    #expect((text.process("worst_fd_ratio", "plain") == nil) == (files == nil))
    // Those of its exe, io and smaps_rollup.
    #expect(text.value("namedprocess_scrape_partial_errors") ?? 0 >= 3)
    #expect(text.value("namedprocess_scrape_procread_errors") == 0)
    #expect(text.value("namedprocess_scrape_errors") == 0)
  }
}
