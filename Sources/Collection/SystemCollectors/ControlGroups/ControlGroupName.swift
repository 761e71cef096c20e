/// The owner of a control group: a systemd unit or a container.
struct ControlGroupName: Equatable, Sendable {
  /// The systemd unit; empty for a container.
  var unit = ""
  /// The first twelve digits of the container's id, as the container engines show it; empty for a
  /// unit.
  var container = ""

  /// The kind of a directory in the hierarchy.
  enum Kind: Equatable, Sendable {
    /// A unit or container, which is exposed and whose subgroups are not read.
    case owner(ControlGroupName)
    /// A directory with other groups.
    case parent
  }

  /// Suffixes of units that have processes.
  private static let endings = [".service", ".scope", ".socket", ".mount", ".swap"]

  /// Classifies a directory by its name: `nginx.service`, `docker-<id>.scope`, `<id>`,
  /// `system.slice`.
  static func kind(of directory: String) -> Kind {
    if directory.hasSuffix(".scope") {
      // The prefixes of container engines are docker-, libpod-, crio- and cri-containerd-.
      let stem = directory.dropLast(".scope".count)
      if let dash = stem.lastIndex(of: "-"), isContainerID(stem[stem.index(after: dash)...]) {
        return .owner(
          ControlGroupName(container: String(stem[stem.index(after: dash)...].prefix(12))))
      }
    }
    if isContainerID(directory[...]) {
      return .owner(ControlGroupName(container: String(directory.prefix(12))))
    }
    if endings.contains(where: directory.hasSuffix) {
      return .owner(ControlGroupName(unit: directory))
    }
    return .parent
  }

  private static func isContainerID(_ text: Substring) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
