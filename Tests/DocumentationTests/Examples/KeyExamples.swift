import StateJournal

func typedKey(in storage: JournalStateStorage) async throws {
  struct Cursor: Codable { var lastID: Int }

  let cursor = StateKey<Cursor>(.stream("2024", of: "orders"))
  try await storage.set(cursor, to: Cursor(lastID: 41))
  try await storage.update(cursor, default: Cursor(lastID: 0)) { $0.lastID += 1 }
  let position = try await storage.get(cursor)?.lastID  // 42
  _ = position
}

func migratedKey() {
  struct Cursor: Codable { var lastID: Int, file: String }
  struct OldCursor: Codable { var last: Int }

  let cursor = StateKey<Cursor>(
    .stream("2024", of: "orders"), version: 3,
    migrations: [
      .from(1) { object in
        object["last"] = object["id"]
        object["id"] = nil
      },
      .from(2, as: OldCursor.self) { old in Cursor(lastID: old.last, file: "orders.csv") },
    ])
  _ = cursor
}
