import Foundation
import StateJournal
import StateStorageConformance
import Synchronization
import Testing

@testable import SQLiteStateStorage

private let hasSQLite = SQLiteStateStorage.libraryVersion != nil

@Suite(
  "A SQLite database keeps the promises of StateStorage",
  .enabled(if: hasSQLite, "this system has no SQLite library"))
struct SQLiteStorageTests {
  static let subject: StorageUnderTest = StorageUnderTest(
    "sqlite", roles: [.concurrency, .listing, .versions, .transactions, .disk]
  ) {
    try await SQLiteStateStorage.open("\($0)/state.sqlite")
  } close: {
    await $0.close()
  }

  /// In memory, where there is such a place: what a disk keeps is shown by kills.
  private static let place =
    FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil

  @Test("A database", arguments: ConformanceCase.cases(for: subject))
  func conformance(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.subject, in: Self.place)
  }

  @Test("Two connections, as two processes have them, lose none of one another's changes")
  func twoConnections() async throws {
    try await withDatabase { path in
      let storages = [
        try await SQLiteStateStorage.open(path, busyTimeout: .seconds(120)),
        try await SQLiteStateStorage.open(path, busyTimeout: .seconds(120)),
      ]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, storage) in storages.enumerated() {
          for task in 0..<2 {
            group.addTask {
              for number in 1...50 {
                try await storage.update("orders") { state in
                  let count = state.streams["shared"]?["n"]?.int ?? 0
                  state.streams["shared"] = ["n": .int(count + 1)]
                }
                try await storage.update(
                  .stream("\(index) \(task)", of: "orders"), to: ["n": .int(Int64(number))])
              }
            }
          }
        }
        try await group.waitForAll()
      }
      for storage in storages {
        let streams = try await storage.read("orders").streams
        #expect(streams["shared"] == ["n": 200])
        for name in ["0 0", "0 1", "1 0", "1 1"] { #expect(streams[name] == ["n": 50]) }
      }
    }
  }

  @Test("A database that another process holds is an error after the busy timeout")
  func busy() async throws {
    try await withDatabase { path in
      let first = try await SQLiteStateStorage.open(path)
      let second = try await SQLiteStateStorage.open(path, busyTimeout: .zero)
      try await first.transaction { transaction in
        try transaction.update(.stream("a", of: "orders"), to: ["n": 1])
        let error = awaitError { try await second.update(.stream("a", of: "orders"), to: ["n": 2]) }
        #expect((error as? StateError)?.sqliteError?.isBusy == true, "\(String(describing: error))")
      }
      #expect(try await second.read(.stream("a", of: "orders")) == ["n": 1])
      try await second.update(.stream("a", of: "orders"), to: ["n": 3])
    }
  }

  /// What opening waits for, and for how long.
  private final class Pauses: Sendable {
    let list = Mutex<[Duration]>([])
    func add(_ pause: Duration) -> Int {
      list.withLock {
        $0.append(pause)
        return $0.count
      }
    }
  }

  @Test("Opening waits with growing pauses for another process that writes, and goes on behind it")
  func waitsForSwitch() async throws {
    try await withDatabase { path in
      // A rollback journal, in which a writer refuses the switch to a write-ahead log at once.
      let other = Mutex(try Connection(opening: path, busyTimeout: .zero))
      _ = try other.withLock { try $0.execute("BEGIN IMMEDIATE") }
      let pauses = Pauses()
      // Never over before the pauses are, however long the machine takes for them.
      let storage = try await SQLiteStateStorage.open(path, busyTimeout: .seconds(36_000)) {
        pause in
        if pauses.add(pause) == 10 { _ = try other.withLock { try $0.execute("COMMIT") } }
      }
      #expect(
        pauses.list.withLock { $0 }
          == [1, 2, 4, 8, 16, 32, 64, 100, 100, 100].map { .milliseconds($0) })
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
      try other.withLock { connection in
        try connection.execute("BEGIN IMMEDIATE")
        try connection.execute("COMMIT")
      }
      #expect(try await storage.read(.stream("a", of: "orders")) == ["n": 1])
    }
  }

  @Test("Opening waits for another process no longer than the busy timeout in all")
  func waitsNoLonger() async throws {
    try await withDatabase { path in
      let other = try Connection(opening: path, busyTimeout: .zero)
      try other.execute("BEGIN IMMEDIATE")
      let (timeout, pauses) = (Duration.milliseconds(300), Pauses())
      let error = try await #require(throws: StateError.self) {
        _ = try await SQLiteStateStorage.open(path, busyTimeout: timeout) { pause in
          _ = pauses.add(pause)
          try await Task.sleep(for: pause)
        }
      }
      #expect(error.sqliteError?.isBusy == true, "\(error)")
      let list = pauses.list.withLock { $0 }
      #expect(!list.isEmpty && list.reduce(.zero, +) <= timeout, "\(list)")
      // Nobody waits behind a task that is given up.
      let task = Task {
        try await SQLiteStateStorage.open(path, busyTimeout: .seconds(3600)) { pause in
          unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
          try await Task.sleep(for: pause)
        }
      }
      let cancelled = try await #require(throws: StateError.self) { _ = try await task.value }
      #expect(cancelled.underlying is CancellationError, "\(cancelled)")
    }
  }

  @Test(
    "A database that is in no file is refused: it would keep nothing of what it acknowledges",
    arguments: ["", ":memory:"])
  func volatile(path: String) async throws {
    let error = try await #require(throws: StateError.self) {
      _ = try await SQLiteStateStorage.open(path)
    }
    #expect(error.description.contains("in memory"), "\(error)")
  }

  @Test("A path with a zero byte in it is refused, and opens no file of a shorter name")
  func zeroByte() async throws {
    try await withDatabase { path in
      let error = try await #require(throws: StateError.self) {
        _ = try await SQLiteStateStorage.open(path + "\0.sqlite")
      }
      #expect(error.description.contains("zero byte"), "\(error)")
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test("A database of another program, and one of a newer version, are refused and left alone")
  func foreign() async throws {
    for statement in [
      "CREATE TABLE mine (n)", "PRAGMA application_id = 7",
      "PRAGMA application_id = 1397379924; PRAGMA user_version = 99",
    ] {
      try await withDatabase { path in
        try TestDatabase.execute(statement, in: path)
        let before = try Data(contentsOf: URL(filePath: path))
        let error = try await #require(throws: StateError.self) {
          _ = try await SQLiteStateStorage.open(path)
        }
        #expect(error.sqliteError != nil && error.description.contains(path), "\(error)")
        #expect(try Data(contentsOf: URL(filePath: path)) == before, "\(statement)")
      }
    }
  }

  @Test("A file that is no database is an error that says so")
  func damage() async throws {
    try await withDatabase { path in
      try Data(repeating: 7, count: 10_000).write(to: URL(filePath: path))
      let error = try await #require(throws: StateError.self) {
        _ = try await SQLiteStateStorage.open(path)
      }
      #expect(error.sqliteError?.isDamage == true, "\(error)")
    }
  }

  @Test("A row that another program has spoilt is an error with its address")
  func spoiltRow() async throws {
    try await withDatabase { path in
      let storage = try await SQLiteStateStorage.open(path)
      try await storage.update(.stream("a", of: "orders"), to: ["n": 1])
      try await storage.update(.stream("b", of: "orders"), to: ["n": 2])
      try TestDatabase.execute("UPDATE state SET object = '{\"n\":' WHERE name = 'a'", in: path)
      let error = try await #require(throws: StateError.self) {
        _ = try await storage.read(.stream("a", of: "orders"))
      }
      #expect(error.address == .stream("a", of: "orders"), "\(error)")
      #expect(try await storage.read(.stream("b", of: "orders")) == ["n": 2])
    }
  }

  @Test("Commits are synced in full into a write-ahead log: synchronous=FULL, says the connection")
  func synced() async throws {
    try await withDatabase { path in
      // A new database, and one that is there.
      for _ in 0..<2 {
        let connection = try StateDatabase(opening: path, busyTimeout: .seconds(120)).connection
        #expect(try connection.execute("PRAGMA synchronous") == 2)
        let mode = try connection.prepare("PRAGMA journal_mode").rows {
          (row) throws(SQLiteError) in try row.text(0)
        }
        #expect(mode == ["wal"])
      }
    }
  }

  @Test("SQL can look into the objects, and a closed database is an error")
  func readable() async throws {
    try await withDatabase { path in
      let storage = try await SQLiteStateStorage.open(path)
      try await storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
      let query = "SELECT json_extract(object, '$.last_id') FROM state WHERE source = 'orders'"
      #expect(try TestDatabase.integer(query, in: path) == 42)
      await storage.close()
      await #expect(throws: StateError.self) { try await storage.read("orders") }
    }
  }

  private func withDatabase(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(
      component: "sqlite-storage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.appending(component: "state.sqlite").path)
  }
}

@Suite(
  "A SQLite database where there is no SQLite",
  .disabled(if: hasSQLite, "this system has a SQLite library"))
struct NoSQLiteStorageTests {
  @Test("Opening is an error that says what to install, and makes no file")
  func opening() async throws {
    let path = FileManager.default.temporaryDirectory.appending(
      component: "no-sqlite-\(UUID().uuidString)"
    ).path
    let error = try await #require(throws: StateError.self) {
      _ = try await SQLiteStateStorage.open(path)
    }
    #expect(error.sqliteError?.path == path)
    #expect(error.description.contains("no SQLite library; install libsqlite3"), "\(error)")
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}

/// What an asynchronous call ends with, for synchronous code on another thread than the call's.
private func awaitError(_ body: @escaping @Sendable () async throws -> Void) -> (any Error)? {
  final class Box: @unchecked Sendable {
    // Unchecked because the semaphore orders the one write before the one read.
    var error: (any Error)?
  }
  let (box, done) = (Box(), DispatchSemaphore(value: 0))
  Task.detached {
    do { try await body() } catch { box.error = error }
    done.signal()
  }
  done.wait()
  return box.error
}
