import Configuration
import ExporterConfiguration
import PostgresCollectors
import Testing

@testable import ExporterService

private func entries(_ urls: [String]) throws -> [PostgresEntry] {
  try PostgresEntry.entries(
    of: urls.map {
      ExporterConfiguration.Server(
        connection: .inline($0), password: nil, origin: "DATA_SOURCE_NAME")
    })
}

@Test func databasesOfOneServerMayHaveEntriesOfTheirOwn() throws {
  let made = try entries([
    "postgresql://u@db:5432/shop", "postgresql://u@db:5432/blog", "postgresql://u@other/shop",
    "postgresql://u@db:5432/pgbouncer",
  ])
  #expect(
    made.map(\.server.label) == ["db:5432", "db:5432/blog", "other:5432", "db:5432/pgbouncer"])
  #expect(made.map(\.otherDatabases.first) == ["blog", "shop", nil, "shop"])
  let narrowed = made[0].narrowing(PostgresSelection()).databases
  #expect(!narrowed.contains("blog") && narrowed.contains("wiki"))
}

@Test func aDuplicateDatabaseIsReportedWithAFix() throws {
  let error = #expect(throws: ServerError.self) {
    try entries(["postgresql://u:secret@db/shop", "postgresql://v@db:5432/shop"])
  }
  let text = error.map { "\($0)" } ?? ""
  #expect(text.contains("db:5432 is named twice") && text.contains("remove one"))
  #expect(!text.contains("secret"))
}
