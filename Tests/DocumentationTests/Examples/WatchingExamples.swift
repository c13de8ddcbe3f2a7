import StateJournal

func oneMoment(of storage: JournalStateStorage) throws {
  let snapshot = storage.snapshot()
  let orders = try snapshot.read("orders")
  let cursor = try snapshot.read(.stream("2024", of: "customers"))
  _ = (orders, cursor)
}

func everyCommit(
  of storage: JournalStateStorage, since last: LogSequenceNumber, to mirror: FileStateStorage
) async throws {
  for try await event in storage.changes(since: last) {
    if case .commit(let commit) = event { try await mirror.apply(commit.changes) }
  }
}

func valuesOfAStream(of storage: JournalStateStorage) async throws {
  for try await cursor in storage.values(of: .stream("2024", of: "orders")) {
    print(cursor.object["last_id"] ?? "nothing yet")
  }
}
