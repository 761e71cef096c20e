import CollectorCore
package import ExporterConfiguration
import SystemCollectors

/// Flags in node_exporter's form: `--collector.NAME`, `--no-collector.NAME`, and the options of
/// collectors, such as `--collector.filesystem.mount-points-exclude=REGEX`.
package struct CollectorFlags: Sendable, Equatable {
  /// The collectors that are turned on.
  package private(set) var enabled: Set<String> = []
  /// The collectors that are turned off.
  package private(set) var disabled: Set<String> = []
  /// Whether collectors run only if they are turned on by name.
  package private(set) var disablesDefaults = false
  /// The options of the system collectors by name, in order.
  package private(set) var options: [ExporterConfiguration.SystemSetting] = []

  /// An invalid flag.
  package struct Mistake: Error, Equatable, CustomStringConvertible {
    package let flag: String
    package let reason: String

    package var description: String { "\(flag): \(reason)" }
  }

  /// Parses the arguments that the general parser did not recognise.
  package init(parsing arguments: [String]) throws(Mistake) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let flag = String(parts[0])
      var value = parts.count == 2 ? String(parts[1]) : nil
      if flag == "--collector.disable-defaults" {
        disablesDefaults = true
      } else if let name = Self.rest(of: flag, after: "--no-collector.") {
        guard value == nil else { throw Mistake(flag: flag, reason: "takes no value") }
        try turn(off: name, flag)
      } else if let name = Self.rest(of: flag, after: "--collector.") {
        if CollectorChoice.names.contains(name), value == nil {
          enabled.insert(name)
          disabled.remove(name)
          continue
        }
        let option = try Self.option(name, flag)
        if value == nil { value = option.isSwitch ? "true" : rest.popFirst() }
        guard let value else { throw Mistake(flag: flag, reason: "needs a value") }
        options.append(ExporterConfiguration.SystemSetting(name: option.name, value: value))
      } else {
        throw Mistake(flag: flag, reason: "there is no such flag; see --help")
      }
    }
  }

  private mutating func turn(off name: String, _ flag: String) throws(Mistake) {
    if CollectorChoice.names.contains(name) {
      disabled.insert(name)
      enabled.remove(name)
      return
    }
    let option = try Self.option(name, flag)
    guard option.isSwitch else { throw Mistake(flag: flag, reason: "is no switch") }
    options.append(ExporterConfiguration.SystemSetting(name: option.name, value: "false"))
  }

  private static func option(_ name: String, _ flag: String) throws(Mistake) -> SystemOption {
    guard let option = try? SystemOption.named(name) else {
      let similar = (CollectorChoice.names + SystemOption.all.map(\.name)).filter {
        $0.split(separator: ".")[0] == name.split(separator: ".").first
      }
      let known = similar.isEmpty ? CollectorChoice.names : similar
      throw Mistake(
        flag: flag,
        reason: "there is no such collector or option; there are "
          + known.sorted().joined(separator: ", "))
    }
    return option
  }

  private static func rest(of flag: String, after prefix: String) -> String? {
    flag.hasPrefix(prefix) ? String(flag.dropFirst(prefix.count)) : nil
  }

  /// The part of `--help` about collectors and their options.
  package static var help: String {
    let on = SystemCollectors.all.filter(\.isEnabledByDefault).map(\.name).sorted()
    let off = SystemCollectors.all.filter { !$0.isEnabledByDefault }.map(\.name).sorted()
    return """
      Collectors are turned on and off as in node_exporter: --collector.NAME, --no-collector.NAME, \
      --collector.disable-defaults.
      On by default: process, \(on.joined(separator: ", ")).
      Off by default: \(off.joined(separator: ", ")).

      Options of the collectors, as in node_exporter; in the file they stand under \"system\" without \"--collector.\":
      \(SystemOption.all.map { "--collector.\($0.name)  \($0.help)" }.joined(separator: "\n"))
      """
  }
}

extension ExporterConfiguration {
  /// Applies flags, which take precedence over the file.
  package mutating func apply(_ flags: CollectorFlags) {
    enabledCollectors.subtract(flags.disabled)
    enabledCollectors.formUnion(flags.enabled)
    disabledCollectors.subtract(flags.enabled)
    disabledCollectors.formUnion(flags.disabled)
    runsDefaults = runsDefaults && !flags.disablesDefaults
    // A repeatable option on the command line replaces those of the file.
    let given = Set(flags.options.map(\.name))
    systemOptions.removeAll { given.contains($0.name) }
    systemOptions += flags.options
  }
}
