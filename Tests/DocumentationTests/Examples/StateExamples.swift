import StateJournal

func positionInAnObject() async throws {
  let storage = try await JournalStateStorage.open("state")
  let orders = storage.source("orders")

  let position = try await orders.readStream("2024")  // empty at first
  // … load what comes after position["last_id"] …
  try await orders.updateStream("2024", ["last_id": 42, "file": "orders-17.csv"])
  _ = position
}

func positionInAType(of orders: JournalDataSourceState) async throws {
  struct Position: Codable { var lastID: Int }

  try await orders.updateStream("2024", encoding: Position(lastID: 42))
  let position = try await orders.readStream("2024", as: Position.self)
  _ = position
}

func journalStorage() throws {
  let storage = try JournalStateStorage.open("state")
  try storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
  try storage.close()
}

func fileStorage() async throws {
  let storage = try await FileStateStorage.open("state")
  try await storage.update(.stream("2024", of: "orders"), to: ["last_id": 42])
  await storage.close()
}

func copying() async throws {
  let old = try await FileStateStorage.open("state")
  let new = try await JournalStateStorage.open("journal")
  let report = try await copyState(from: old, to: new)
  _ = report
}

func takingPositionsOver(positions: [(name: String, lastID: Int64)]) async throws {
  let journal = try await JournalStateStorage.open("state")
  try await journal.apply(
    positions.map { name, lastID in
      .update(.stream(name, of: "orders"), ["last_id": .int(lastID)])
    })
}
