/// An error in the targets or modules of a configuration.
package struct ProbeTargetsError: Error, Hashable, CustomStringConvertible {
  /// The name of the target.
  package let target: String
  /// The reason, in words for the user.
  package let reason: String

  package var description: String { "probe target \"\(target)\": \(reason)" }
}

/// The reason why a probe request is rejected.
package enum ProbeRequestError: Error, Hashable, CustomStringConvertible {
  case missingTarget
  case unknownTarget
  case unknownModule
  /// The module sends a secret and the target does not name it.
  case moduleForbidden
  /// The target cannot be probed by that module.
  case unfitting(reason: String)
  case busy(limit: Int)

  /// The HTTP status of the answer.
  package var status: Int {
    switch self {
    case .missingTarget, .unknownTarget, .unknownModule, .unfitting: 400
    case .moduleForbidden: 403
    case .busy: 503
    }
  }

  package var description: String {
    switch self {
    case .missingTarget: "the parameter target is missing"
    case .unknownTarget: "no target of that name is declared in the configuration"
    case .unknownModule: "no module of that name"
    case .moduleForbidden: "that module carries a secret and serves only targets that name it"
    case .unfitting(let reason): "the target does not fit the module: \(reason)"
    case .busy(let limit): "\(limit) probes are under way already"
    }
  }
}
