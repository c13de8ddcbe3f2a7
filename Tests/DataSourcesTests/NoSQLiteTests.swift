import DataSources
import SQLiteConnection
import StateJournal
import Testing

@testable import SQLiteDataSources

@Suite(
  "Tables where there is no SQLite",
  .disabled(if: SQLiteError.libraryVersion != nil, "this system has a SQLite library"))
struct NoSQLiteTests {
  @Test(
    "Connecting to a database, and resuming a stream in one, are errors that say what to install")
  func errors() async throws {
    let folder = try Folder()
    let errors = [
      await #expect(throws: DataSourceError.self) {
        try await SQLiteTableSource(folder.path + "/in.sqlite", tables: []).connect()
      },
      await #expect(throws: DataSourceError.self) {
        _ = try await SQLiteSink(folder.path + "/out.sqlite").resume(
          .stream("rows", of: "test"), at: nil)
      },
    ]
    for error in errors {
      #expect(error?.message.contains("no SQLite library; install libsqlite3") == true)
    }
    #expect(folder.text("out.sqlite") == nil)
  }
}
