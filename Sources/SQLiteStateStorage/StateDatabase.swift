internal import SQLiteConnection
import StateJournal

/// State in the tables of a database, for one caller at a time.
final class StateDatabase {
  let connection: Connection
  private let selectObject: Statement
  private let selectSource: Statement
  private let selectNames: Statement
  private let selectSources: Statement
  private let countUp: Statement
  private let selectCount: Statement
  private let put: Statement
  private let delete: Statement
  private let deleteSource: Statement

  init(opening path: String, busyTimeout: Duration) throws(SQLiteError) {
    connection = try Connection(opening: path, busyTimeout: busyTimeout)
    try Schema.prepare(connection)
    selectObject = try connection.prepare(
      "SELECT object, version FROM state WHERE source = ?1 AND scope = ?2 AND name = ?3")
    selectSource = try connection.prepare(
      "SELECT scope, name, object FROM state WHERE source = ?1")
    selectNames = try connection.prepare(
      "SELECT name FROM state WHERE source = ?1 AND scope = ?2")
    selectSources = try connection.prepare("SELECT DISTINCT source FROM state")
    countUp = try connection.prepare("UPDATE counter SET version = version + 1")
    selectCount = try connection.prepare("SELECT version FROM counter")
    put = try connection.prepare("INSERT OR REPLACE INTO state VALUES (?1, ?2, ?3, ?4, ?5)")
    delete = try connection.prepare(
      "DELETE FROM state WHERE source = ?1 AND scope = ?2 AND name = ?3")
    deleteSource = try connection.prepare("DELETE FROM state WHERE source = ?1")
  }

  /// The object at an address with its version.
  func readVersioned(_ address: StateAddress) throws(StateError) -> VersionedState {
    let rows = try wrapped { () throws(SQLiteError) in
      try selectObject.rows(
        .text(address.source), .text(address.scope.column), .text(address.name)
      ) { (row) throws(SQLiteError) in
        (try row.text(0), row.integer(1))
      }
    }
    guard let (text, version) = rows.first else { return .absent }
    return VersionedState(
      object: try object(text, at: address),
      version: StateVersion(number: UInt64(bitPattern: version)))
  }

  /// The whole state of a source, as of one moment.
  func read(_ source: String) throws(StateError) -> SourceState {
    let rows = try wrapped { () throws(SQLiteError) in
      try selectSource.rows(.text(source)) { (row) throws(SQLiteError) in
        (scope: try row.text(0), name: try row.text(1), text: try row.text(2))
      }
    }
    var members: [StateAddress.Scope: [(String, StateObject)]] = [:]
    for row in rows {
      let scope: StateAddress.Scope =
        row.scope == StateAddress.Scope.stream.column ? .stream : .others
      let address = StateAddress(source: source, scope: scope, name: row.name)
      members[scope, default: []].append((row.name, try object(row.text, at: address)))
    }
    return SourceState(
      streams: StateMap(members[.stream] ?? []), others: StateMap(members[.others] ?? []))
  }

  /// The names of a source's objects, in the order of `StateMap`.
  func names(of source: String, _ scope: StateAddress.Scope) throws(StateError) -> [String] {
    let names = try wrapped { () throws(SQLiteError) in
      try selectNames.rows(.text(source), .text(scope.column)) { (row) throws(SQLiteError) in
        try row.text(0)
      }
    }
    return StateMap(names.map { ($0, true) }).names
  }

  /// The names of all sources, in the order of `StateMap`.
  func sources() throws(StateError) -> [String] {
    let names = try wrapped { () throws(SQLiteError) in
      try selectSources.rows { (row) throws(SQLiteError) in try row.text(0) }
    }
    return StateMap(names.map { ($0, true) }).names
  }

  /// Runs `decide` and makes the changes that it returns, as one durable step; returns the version of
  /// what was changed.
  @discardableResult
  func change<Result>(
    _ decide: () throws(StateError) -> (result: Result, changes: [StateChange])
  ) throws(StateError) -> (result: Result, version: StateVersion) {
    try connection.transaction(wrapping: \.stateError) { () throws(StateError) in
      let (result, changes) = try decide()
      guard !changes.isEmpty else { return (result, .absent) }
      return (result, try make(changes))
    }
  }

  private func make(_ changes: [StateChange]) throws(StateError) -> StateVersion {
    let version = try wrapped { () throws(SQLiteError) in
      try countUp.run()
      return try selectCount.rows { $0.integer(0) }.first ?? 0
    }
    for change in changes {
      var text = ""
      if case .update(_, let object) = change { text = try object.json() }
      try wrapped { () throws(SQLiteError) in
        switch change {
        case .update(let address, _):
          try put.run(
            .text(address.source), .text(address.scope.column), .text(address.name),
            .integer(version), .text(text))
        case .remove(let address):
          try delete.run(.text(address.source), .text(address.scope.column), .text(address.name))
        case .removeSource(let source): try deleteSource.run(.text(source))
        }
      }
    }
    return StateVersion(number: UInt64(bitPattern: version))
  }

  private func object(_ text: String, at address: StateAddress) throws(StateError) -> StateObject {
    do {
      return try StateObject(json: text)
    } catch {
      throw StateError(
        .undecodable,
        "the row in \(connection.path) holds no state (\(error.message)): another program has "
          + "written it; correct it or delete it",
        address: address, underlying: error)
    }
  }

  private func wrapped<Result>(
    _ body: () throws(SQLiteError) -> Result
  ) throws(StateError) -> Result {
    do { return try body() } catch { throw StateError(error) }
  }
}

extension StateDatabase: StateTransactionBase {
  func versioned(_ address: StateAddress) throws(StateError) -> VersionedState? {
    let found = try readVersioned(address)
    return found.version == .absent ? nil : found
  }

  func state(of source: String) throws(StateError) -> SourceState { try read(source) }
}

extension StateAddress.Scope {
  /// How the scope stands in its column.
  fileprivate var column: String {
    switch self {
    case .stream: "stream"
    case .others: "others"
    }
  }
}
