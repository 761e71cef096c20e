import SystemAccess
import Configuration
import CollectorCore
import YAMLDecoding
package import ProcessCollectors

extension ExporterConfiguration {
  /// The section `processes`.
  package struct Processes: Sendable {
    /// The rules of `exporter.yml`, which can select by more than those of process-exporter.
    package var rules: [ProcessRule] = []
    /// How processes without a matching rule are grouped; nil for the default: by application if
    /// there are no rules, otherwise not at all.
    package var key: ProcessNaming.Key?
    /// Which data are collected.
    package var options = ProcessOptions()
  }

  /// Decodes the section `processes`.
  mutating func readProcesses(_ mapping: ConfigMapping, directory: String) {
    processNamingFile = mapping.string("config_file").map {
      ConfigPath.resolve($0, in: directory)
    }
    processes.key = mapping.choice("group_by", of: ProcessNaming.Key.self)
    processes.rules = mapping.mappings("names", context: "a process name").compactMap { entry in
      ProcessNamingFile.rule(entry, allowsOwn: true)
    }
    if processNamingFile != nil, mapping.contains("names") {
      mapping.report("config_file and names cannot both be given", key: "names")
    }
    let options = ProcessOptions()
    processes.options.readsThreads = mapping.bool("threads") ?? options.readsThreads
    processes.options.readsProportionalMemory =
      mapping.bool("smaps") ?? options.readsProportionalMemory
    processes.options.proportionalMemoryBudget =
      mapping.duration("smaps_budget") ?? options.proportionalMemoryBudget
    processes.options.removesEmptyGroups = mapping.bool("remove_empty_groups")
    processes.options.childrenInherit = mapping.bool("children") ?? options.childrenInherit
    processes.options.rechecks = mapping.bool("recheck") ?? options.rechecks
    processes.options.recheckLimit = mapping.duration("recheck_time_limit")
    processes.options.showsListeners = mapping.bool("listeners") ?? options.showsListeners
    processes.options.groupLimit =
      mapping.int("max_groups", in: 1...100_000) ?? options.groupLimit
    mapping.finish()
  }

  /// The rules and options for the process collectors.
  ///
  /// - Throws: The errors of the process-exporter file.
  package func processContext() throws -> ProcessContext {
    var naming = ProcessNaming(rules: processes.rules, key: processes.key)
    if let file = processNamingFile {
      let diagnostics = ConfigDiagnostics()
      naming.rules = ProcessNamingFile.read(file: file, diagnostics: diagnostics)
      try diagnostics.throwIfAny()
    }
    if naming.rules.isEmpty, naming.key == nil { naming.key = .application }
    let root = ProcRoot(proc: paths.proc, sys: paths.sys, rootfs: paths.root)
    return ProcessContext(proc: root, naming: naming, options: processes.options)
  }
}
