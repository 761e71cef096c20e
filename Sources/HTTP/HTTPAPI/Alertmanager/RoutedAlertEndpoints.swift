import AlertRouting
import MetricModel
import StorageAPI
import WebServer

/// `/api/v2/alerts`, `alerts/groups` and `receivers`.
struct RoutedAlertEndpoints: Sendable {
  private let alertRouter: AlertRouter
  private let now: @Sendable () -> Timestamp

  init(_ alertRouter: AlertRouter, now: @escaping @Sendable () -> Timestamp) {
    self.alertRouter = alertRouter
    self.now = now
  }

  func register(in router: inout Router) {
    router.get(
      "/api/v2/alerts",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await alerts(request) })
    router.post(
      "/api/v2/alerts",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await receive(request) })
    router.get(
      "/api/v2/alerts/groups",
      RouterAnswer.wrap { request throws(RouterAPIError) in try await groups(request) })
    router.get(
      "/api/v2/receivers",
      RouterAnswer.wrap { _ throws(RouterAPIError) in
        let names = await alertRouter.receiverNames
        return RouterAnswer.json { json in
          json.array { json in
            for name in names { json.object { $0.member("name", name) } }
          }
        }
      })
  }

  private func alerts(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    let filter = try AlertFilter(RouterParameters(request))
    let alerts = await alertRouter.alertsSnapshot().filter { routed in
      filter.wants(routed) && routed.receivers.contains(where: filter.wants(receiver:))
    }
    return RouterAnswer.json { json in
      json.array { json in for alert in alerts { json.routedAlert(alert) } }
    }
  }

  /// Receives alerts. As in Alertmanager, valid ones are accepted even if others are invalid; the
  /// answer names those.
  private func receive(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    let posted = try PostedAlert.list(request.body)
    let now = now()
    let resolveTimeout = await alertRouter.resolveTimeout
    var alerts: [Alert] = []
    var faults: [String] = []
    for one in posted {
      do {
        alerts.append(try one.alert(at: now, resolveTimeout: resolveTimeout))
      } catch {
        faults.append(error.message)
      }
    }
    do {
      faults += try await alertRouter.accept(alerts)
    } catch {
      throw RouterAPIError(503, "\(error)")
    }
    guard faults.isEmpty else { throw RouterAPIError(400, faults.joined(separator: "; ")) }
    return HTTPResponse(status: 200)
  }

  private func groups(_ request: HTTPRequest) async throws(RouterAPIError) -> HTTPResponse {
    let filter = try AlertFilter(RouterParameters(request))
    let groups = await alertRouter.groupsSnapshot().filter { filter.wants(receiver: $0.receiver) }
    return RouterAnswer.json { json in
      json.array { json in
        for group in groups {
          let alerts = group.alerts.filter { filter.wants($0) }
          if !alerts.isEmpty { json.routedGroup(group, alerts) }
        }
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func routedGroup(_ group: RoutedGroup, _ alerts: [RoutedAlert]) {
    object { json in
      json.key("alerts")
      json.array { json in for alert in alerts { json.routedAlert(alert) } }
      json.key("labels")
      json.labels(group.labels)
      json.key("receiver")
      json.object { $0.member("name", group.receiver) }
      json.key("routeLabels")
      json.labels(group.routeLabels)
    }
  }

  fileprivate mutating func routedAlert(_ routed: RoutedAlert) {
    object { json in
      json.key("annotations")
      json.labels(routed.alert.annotations)
      json.member("endsAt", routed.alert.endsAt.rfc3339)
      json.member("fingerprint", routed.fingerprint)
      json.key("receivers")
      json.array { json in
        for name in routed.receivers { json.object { $0.member("name", name) } }
      }
      json.member("startsAt", routed.alert.startsAt.rfc3339)
      json.key("status")
      json.object { json in
        json.key("inhibitedBy")
        json.list(routed.inhibitedBy)
        json.key("mutedBy")
        json.list(routed.mutedBy)
        json.key("silencedBy")
        json.list(routed.silencedBy)
        json.member("state", routed.shownState.rawValue)
      }
      json.member("updatedAt", routed.alert.updatedAt.rfc3339)
      json.member("generatorURL", routed.alert.generatorURL)
      json.key("labels")
      json.labels(routed.alert.labels)
    }
  }
}
