import StateJournal

/// What the README's example takes for granted: rows, written to a target, and the last one's number.
private struct Batch {
  var lastID: Int64
}

private func load(after lastID: Int64) throws -> Batch { Batch(lastID: lastID + 1) }

func readmeExample() throws {
  let state = try JournalStateStorage.open("state")
  let orders = state.source("orders")

  var position = try orders.readStream("lines")  // {} the first time
  let lastID = position["last_id"]?.int ?? 0
  let batch = try load(after: lastID)  // your rows, written to your target
  position["last_id"] = .int(batch.lastID)
  try orders.updateStream("lines", position)  // returned means durable

  try state.close()
}
