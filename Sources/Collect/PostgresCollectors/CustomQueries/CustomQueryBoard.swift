import CollectorCore
import MetricModel
import PostgresAccess
import Synchronization

/// The custom queries of one server and what is known of each: the lanes run them and pin up the
/// answers, a scrape shows what is there.
package final class CustomQueryBoard: Sendable {
  /// A query in one database.
  struct Place: Sendable {
    let query: CustomQuery
    /// The database; nil for that of the connection.
    let database: String?
  }

  /// The server.
  package let server: PostgresServer
  let places: [Place]
  private let standings: Mutex<[CustomQueryStanding]>
  private let report: @Sendable (String) -> Void

  /// Makes a board on which nothing is pinned; `report` is told when a query begins to fail, and when
  /// it is well again.
  package init(
    _ server: PostgresServer, queries: [CustomQuery],
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.server = server
    self.report = report
    places = queries.flatMap { query -> [Place] in
      guard !query.databases.isEmpty else { return [Place(query: query, database: nil)] }
      return query.databases.map { Place(query: query, database: $0) }
    }
    standings = Mutex(Array(repeating: CustomQueryStanding(), count: places.count))
  }

  /// The places of a lane, those that should run now.
  func due(_ lane: CustomQuery.Lane, now: Duration) -> [Int] {
    standings.withLock { standings in
      places.indices.filter {
        places[$0].query.lane == lane && standings[$0].isDue(places[$0].query, now: now)
      }
    }
  }

  func note(_ outcome: CustomQueryStanding.Outcome, _ place: Int, at now: Duration) {
    let change = standings.withLock { standings -> String? in
      let before = standings[place]
      standings[place].note(outcome, at: now)
      return standings[place].change(since: before)
    }
    guard let change else { return }
    let database = places[place].database.map { " in \($0)" } ?? ""
    report("query \(places[place].query.name)\(database) \(change)")
  }

  /// How the queries stand, with the name of each and its database.
  package var state: [(query: String, database: String, standing: CustomQueryStanding)] {
    let standings = standings.withLock { $0 }
    return zip(places, standings).map { place, standing in
      (place.query.name, databaseName(place), standing)
    }
  }

  private func databaseName(_ place: Place) -> String {
    place.database ?? server.settings["dbname"] ?? ""
  }

  /// Writes the answers that are to be shown, and how the queries stand.
  func write(into buffer: inout FamilyBuffer, now: Duration) {
    let standings = standings.withLock { $0 }
    for (place, standing) in zip(places, standings) {
      standing.shown(place.query, now: now)?.0.write(into: &buffer)
    }
    writeOwn(standings, into: &buffer, now: now)
  }

  private func writeOwn(
    _ standings: [CustomQueryStanding], into buffer: inout FamilyBuffer, now: Duration
  ) {
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
    for (place, standing) in zip(places, standings) {
      let (query, database) = (place.query.name, databaseName(place))
      for (reason, count) in standing.failures.sorted(by: { $0.key < $1.key }) {
        buffer.add(Double(count), query, database, reason, to: failures)
      }
      guard let isGood = standing.isGood else { continue }
      buffer.add(isGood ? 1 : 0, query, database, to: success)
      buffer.add(standing.took.inSeconds, query, database, to: took)
      guard let (answer, seconds) = standing.shown(place.query, now: now) else { continue }
      buffer.add(seconds.inSeconds, query, database, to: age)
      buffer.add(Double(answer.seriesCount), query, database, to: series)
      buffer.add(Double(answer.overflowRows), query, database, to: overflow)
      buffer.add(Double(answer.problemCount), query, database, to: problems)
    }
  }
}
