internal import CSQLite

/// One connection to a database, for one caller at a time.
@safe package final class Connection {
  private let database: OpaquePointer
  /// The database, for messages.
  package let path: String

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - creating: whether it is created when it is missing.
  ///   - busyTimeout: how long to wait for another connection that writes.
  package init(
    opening path: String, creating: Bool = true, busyTimeout: Duration
  ) throws(SQLiteError) {
    self.path = path
    guard unsafe csqlite_version() != nil else {
      throw SQLiteError(
        code: CSQLITE_OK, extendedCode: CSQLITE_OK,
        message: SQLiteError.noLibrary, path: path)
    }
    // SQLite would open the file whose name is what stands before it.
    if path.utf8.contains(0) {
      throw SQLiteError("no file has a name with a zero byte in it; correct the path", path: path)
    }
    var opened: OpaquePointer?
    let code = unsafe csqlite_open(path, creating ? 1 : 0, &opened)
    guard let opened = unsafe opened else {
      throw SQLiteError(
        code: code, extendedCode: code, message: "there is no memory for a connection", path: path)
    }
    unsafe database = opened
    try check(code)
    try waitForOthers(atMost: busyTimeout)
    try refuseVolatile()
  }

  /// Refuses a database that is in no file (`:memory:`, an empty path): what is written to it would be
  /// gone with the connection.
  private func refuseVolatile() throws(SQLiteError) {
    let files = try prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").rows {
      (row) throws(SQLiteError) in try row.text(0)
    }
    if files.allSatisfy(\.isEmpty) {
      throw SQLiteError(
        "this is a database in memory, and what is written to it would be gone with the connection;"
          + " name a file", path: path)
    }
  }

  deinit { _ = unsafe csqlite_close(database) }

  /// Sets how long to wait for another connection that writes.
  package func waitForOthers(atMost busyTimeout: Duration) throws(SQLiteError) {
    let (seconds, attoseconds) = busyTimeout.components
    let milliseconds = Double(seconds) * 1e3 + Double(attoseconds) / 1e15
    try check(unsafe csqlite_busy_timeout(database, Int32(min(max(milliseconds, 0), 2e9))))
  }

  /// Makes a statement that can be run again and again.
  package func prepare(_ text: String) throws(SQLiteError) -> Statement {
    var prepared: OpaquePointer?
    try check(unsafe csqlite_prepare(database, text, &prepared))
    guard let prepared = unsafe prepared else {
      throw SQLiteError(
        code: CSQLITE_OK, extendedCode: CSQLITE_OK, message: "there is no statement in \(text)",
        path: path)
    }
    return unsafe Statement(owning: prepared, of: self)
  }

  /// Runs a statement once, and returns the integer in the first column of its first row.
  @discardableResult
  package func execute(_ text: String) throws(SQLiteError) -> Int64? {
    try prepare(text).rows { $0.integer(0) }.first
  }

  /// Runs `body` as one step that nobody else's change comes between, and that is durable on return;
  /// when it throws, nothing has changed.
  package func transaction<Result, Failure: Error>(
    wrapping wrap: (SQLiteError) -> Failure, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    do { try execute("BEGIN IMMEDIATE") } catch { throw wrap(error) }
    let result: Result
    do {
      result = try body()
    } catch {
      rollBack()
      throw error
    }
    do {
      try execute("COMMIT")
    } catch {
      rollBack()
      throw wrap(error)
    }
    return result
  }

  private func rollBack() {
    // SQLite has done so itself after some errors, and says then that there is nothing to roll back.
    _ = try? execute("ROLLBACK")
  }

  /// Turns a result code that is not one of success into an error.
  func check(_ code: Int32) throws(SQLiteError) {
    if code == CSQLITE_OK || code == CSQLITE_ROW || code == CSQLITE_DONE { return }
    throw SQLiteError(
      code: code & 0xff, extendedCode: unsafe csqlite_extended_code(database),
      message: unsafe String(cString: csqlite_message(database)), path: path)
  }
}
