import StateJournal

func rulesOfAProgram() throws {
  var rules = StateRules()
  try rules.neverBackwards("last_id", in: .streams(of: "orders"))
  rules.limitSize(of: .everything, warningAt: 64 << 10, maximum: 1 << 20)
  let storage = try JournalStateStorage.open("state", rules: rules)
  _ = storage
}

private struct Sink {
  func flush() async throws {}
}

func positionBehindItsData(in storage: JournalStateStorage) async throws {
  let sink = Sink()
  let staged = try storage.stage([.update(.stream("2024", of: "orders"), ["last_id": 42])])
  try await sink.flush()  // the rows up to 42 are on disk
  try await storage.commit(staged)  // and only now does the state say so
}
