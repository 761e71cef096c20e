import AlertRouting
import MetricModel
import PatternMatching
import StorageAPI

/// The filter of `/api/v2/alerts` and `/api/v2/alerts/groups`.
struct AlertFilter {
  private let matchers: [LabelMatcher]
  private let receiver: RegularExpression?
  private let wantsActive: Bool
  private let wantsSilenced: Bool
  private let wantsInhibited: Bool
  private let wantsMuted: Bool

  init(_ parameters: RouterParameters) throws(RouterAPIError) {
    matchers = try Self.matchers(parameters)
    receiver = try Self.receiver(parameters)
    wantsActive = try parameters.flag("active")
    wantsSilenced = try parameters.flag("silenced")
    wantsInhibited = try parameters.flag("inhibited")
    // Alertmanager decides on every alert before it shows it, so that none is ever unprocessed.
    _ = try parameters.flag("unprocessed")
    wantsMuted = try parameters.flag("muted")
  }

  /// The matchers of `filter`, all of which must match.
  static func matchers(_ parameters: RouterParameters) throws(RouterAPIError) -> [LabelMatcher] {
    var matchers: [LabelMatcher] = []
    for text in parameters.values("filter") where !text.isEmpty {
      do {
        matchers += try MatcherParser().parse(text).matchers
      } catch {
        throw RouterAPIError(400, String(describing: error))
      }
    }
    return matchers
  }

  private static func receiver(
    _ parameters: RouterParameters
  ) throws(RouterAPIError) -> RegularExpression? {
    guard let text = parameters["receiver"] else { return nil }
    do {
      return try RegularExpression(text, anchoring: .framed, dotMatchesNewline: false)
    } catch {
      throw RouterAPIError(400, "bad receiver: \(error)")
    }
  }

  /// Whether a receiver's alerts are wanted.
  func wants(receiver name: String) -> Bool { receiver?.matches(name) ?? true }

  /// Whether an alert is wanted, whatever its receivers are.
  func wants(_ routed: RoutedAlert) -> Bool {
    guard wantsActive || routed.shownState != .active else { return false }
    guard wantsSilenced || routed.silencedBy.isEmpty else { return false }
    guard wantsInhibited || routed.inhibitedBy.isEmpty else { return false }
    guard wantsMuted || routed.mutedBy.isEmpty else { return false }
    return matchers.allSatisfy { $0.matches(routed.alert.labels) }
  }
}

extension RoutedAlert {
  /// The state that the API shows: as in Alertmanager, an alert whose group has not been flushed
  /// yet is active.
  var shownState: State { state == .unprocessed ? .active : state }
}
