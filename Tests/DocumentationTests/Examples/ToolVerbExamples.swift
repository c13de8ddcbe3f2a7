import StateJournal

func comparing() throws {
  let inspector = JournalInspector("state")
  let earlier = try inspector.sequence(at: .label("before-deploy"))
  let comparison = try JournalInspector.compare(
    StateReference(inspector, at: earlier), with: StateReference(inspector)
  ) { difference in
    print(difference.change)
    return true
  }
  print(comparison.changedCount, comparison.addedCount, comparison.removedCount)
}

func movingAndCarrying(to other: JournalStateStorage) throws {
  let storage = try JournalStateStorage.open("state")
  // move orders sales --reason '…'
  try storage.transaction(reason: "the source was renamed") { transaction in
    try transaction.write(try transaction.read("orders"), to: "sales")
    try transaction.removeSource("orders")
  }
  // export, and import into another store
  var bytes: [UInt8] = []
  try JournalInspector("state").export { line in
    bytes += line
    return true
  }
  let imported = try StateImport(ndjson: bytes)
  try other.apply(imported.changes, reason: "from the old host")
}

func importing(_ bytes: [UInt8], into storage: JournalStateStorage) throws {
  let imported = try StateImport(ndjson: bytes)
  try storage.apply(imported.changes, reason: "from the old host")
}

func compacting() throws {
  let inspector = JournalInspector("state")
  let plan = try inspector.compactionPlan()
  print(plan.estimatedByteCount, "of", plan.availableByteCount)
  if let writer = try inspector.lockHolders().writer {
    print("beside", writer.owner?.description ?? "somebody")
  }
  try inspector.compact(retainedHistory: .duration(.seconds(7 * 86_400)))
}

func examining() throws {
  let examination = try JournalInspector("state").examinePlace(measuringSyncs: true)
  for check in examination.checks where check.verdict >= .warning {
    print(check.subject, check.finding, check.advice ?? "")
  }
}

func asking(_ path: String) throws {
  if case .other(let name) = try JournalInspector(path).occupancy() {
    print("\(path) is no place for state: \(name) is there")
  }
}

func walking(_ inspector: JournalInspector, from start: Int64) throws {
  try inspector.forEachRecordInPlace { item, bytes in
    if case .record(let record) = item, record.time >= start {
      print(InspectedRecord(record, in: bytes).changes)
    }
    return true
  }
}

func copying() throws {
  let backup = JournalBackup("/backup/state")
  try backup.update(from: "state")
  guard try !backup.verify().isDamaged, try backup.compare(with: "state").outcome == .same else {
    return print("this is no backup to rely on")
  }
  try JournalRescue("state").writeSupportBundle(to: "report.tar", isRedacted: true)
}
