import ExpositionFormat
import MetricModel
import PostgresAccess
import Synchronization

/// The custom queries of one server and their state: the lanes run them and record the results, a
/// scrape exposes them.
///
/// The queries may be replaced while they run, and databases may come and go: the state of a query
/// that stays is retained.
package final class CustomQueryRegistry: Sendable {
  /// A query in one database.
  struct Place: Sendable, Equatable {
    let query: CustomQuery
    /// The database; nil for that of the connection.
    let database: String?
  }

  /// A query that is due.
  struct Turn: Sendable {
    let place: Place
    fileprivate let index: Int
    fileprivate let edition: Int
  }

  /// The server.
  package let server: PostgresServer
  /// The databases that patterns may match.
  let databases: DatabaseFilter
  private let content: Mutex<Content>
  private let report: @Sendable (String) -> Void

  /// How long the list of databases is valid.
  private static let discoveryInterval: Duration = .seconds(60)

  private struct Content {
    var queries: [CustomQuery]
    var databases: [String] = []
    var discoveredAt: Duration?
    var edition = 0
    var places: [Place] = []
    var states: [CustomQueryState] = []

    init(_ queries: [CustomQuery]) {
      self.queries = queries
      layOut()
    }

    var hasPatterns: Bool {
      queries.contains { $0.databases.contains(where: DatabaseFilter.isPattern) }
    }

    mutating func layOut() {
      let before = zip(places, states)
      let places = queries.flatMap { query -> [Place] in
        guard !query.databases.isEmpty else { return [Place(query: query, database: nil)] }
        var names: [String] = []
        for name in query.databases {
          let found =
            DatabaseFilter.isPattern(name)
            ? databases.filter { DatabaseFilter.matches(name, $0) } : [name]
          names += found.filter { !names.contains($0) }
        }
        return names.map { Place(query: query, database: $0) }
      }
      states = places.map { place in
        before.first { $0.0 == place }?.1 ?? CustomQueryState()
      }
      self.places = places
      edition += 1
    }

    /// The present index of a query that was due; `nil` if it was removed.
    func index(of turn: Turn) -> Int? {
      turn.edition == edition ? turn.index : places.firstIndex(of: turn.place)
    }
  }

  /// Makes a registry without results; `report` is called when a query begins to fail, and when it
  /// recovers.
  package init(
    _ server: PostgresServer, queries: [CustomQuery],
    databases: DatabaseFilter = DatabaseFilter(),
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.server = server
    self.databases = databases
    self.report = report
    content = Mutex(Content(queries))
  }

  /// The queries with their present databases.
  var places: [Place] { content.withLock { $0.places } }

  /// Replaces the queries.
  package func replace(with queries: [CustomQuery]) {
    content.withLock { content in
      content.queries = queries
      content.layOut()
    }
  }

  /// Whether the list of databases should be read: some query has a pattern, and the list is old.
  func wantsDatabases(at now: Duration) -> Bool {
    content.withLock { content in
      guard content.hasPatterns else { return false }
      return content.discoveredAt.map { now - $0 >= Self.discoveryInterval } ?? true
    }
  }

  /// Records the list of databases.
  func note(databases: [String], at now: Duration) {
    content.withLock { content in
      content.discoveredAt = now
      guard content.databases != databases else { return }
      content.databases = databases
      content.layOut()
    }
  }

  /// Whether any query is in the slow lane.
  var hasSlow: Bool { content.withLock { $0.queries.contains { $0.lane == .slow } } }

  /// Whether a lane has anything to do now.
  func hasWork(_ lane: CustomQuery.Lane, now: Duration) -> Bool {
    !due(lane, now: now).isEmpty || wantsDatabases(at: now)
  }

  /// The queries of a lane that should run now.
  func due(_ lane: CustomQuery.Lane, now: Duration) -> [Turn] {
    content.withLock { content in
      content.places.indices.compactMap { index in
        let place = content.places[index]
        guard place.query.lane == lane, content.states[index].isDue(place.query, now: now)
        else { return nil }
        return Turn(place: place, index: index, edition: content.edition)
      }
    }
  }

  /// Records the outcome of a run, unless the query has been replaced meanwhile.
  func note(_ outcome: CustomQueryState.Outcome, _ turn: Turn, at now: Duration) {
    let change = content.withLock { content -> String? in
      guard let index = content.index(of: turn) else { return nil }
      let before = content.states[index]
      content.states[index].note(outcome, at: now)
      return content.states[index].change(since: before)
    }
    guard let change else { return }
    let database = turn.place.database.map { " in \($0)" } ?? ""
    report("query \(turn.place.query.name)\(database) \(change)")
  }

  /// Reports something about all queries.
  func warn(_ text: String) { report(text) }

  /// The state of each query, with its name and database.
  package var state: [(query: String, database: String, state: CustomQueryState)] {
    let content = content.withLock { $0 }
    return zip(content.places, content.states).map { place, state in
      (place.query.name, databaseName(place), state)
    }
  }

  private func databaseName(_ place: Place) -> String {
    place.database ?? server.settings["dbname"] ?? ""
  }

  /// Writes the current results and the state of the queries.
  func write(into buffer: inout FamilyBuffer, now: Duration) {
    let content = content.withLock { $0 }
    for (place, state) in zip(content.places, content.states) {
      state.shown(place.query, now: now)?.0.write(into: &buffer)
    }
    writeOwn(content, into: &buffer, now: now)
  }

  private func writeOwn(_ content: Content, into buffer: inout FamilyBuffer, now: Duration) {
    func family(_ name: String, _ help: String, _ more: [String] = []) -> FamilyBuffer.FamilyID {
      buffer.family(
        "tocsin_postgres_query_\(name)", name.hasSuffix("_total") ? .counter : .gauge, help,
        labels: ["query", "database"] + more)
    }
    let success = family("success", "Whether the custom query's last run gave an answer.")
    let took = family("duration_seconds", "Duration of the custom query's last run.")
    let age = family("age_seconds", "Age of the custom query's answer.")
    let series = family("series", "Series of the custom query's answer.")
    let overflow = family("overflow_rows", "Rows of the answer that were beyond the limits.")
    let problems = family("problems", "Cells and rows of the answer that could not be shown.")
    let failures = family(
      "failures_total", "Runs of the custom query that failed, by reason.", ["reason"])
    for (place, state) in zip(content.places, content.states) {
      let (query, database) = (place.query.name, databaseName(place))
      for (reason, count) in state.failures.sorted(by: { $0.key < $1.key }) {
        buffer.add(Double(count), query, database, reason, to: failures)
      }
      guard let isGood = state.isGood else { continue }
      buffer.add(isGood ? 1 : 0, query, database, to: success)
      buffer.add(state.took.seconds, query, database, to: took)
      guard let (answer, seconds) = state.shown(place.query, now: now) else { continue }
      buffer.add(seconds.seconds, query, database, to: age)
      buffer.add(Double(answer.seriesCount), query, database, to: series)
      buffer.add(Double(answer.overflowRows), query, database, to: overflow)
      buffer.add(Double(answer.problemCount), query, database, to: problems)
    }
  }
}
