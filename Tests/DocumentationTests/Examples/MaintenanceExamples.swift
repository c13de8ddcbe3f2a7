import StateJournal

func backingUp() throws {
  let backup = JournalBackup("/backup/state")
  let report = try backup.update(from: "state")
  print(report.through, report.copiedByteCount)
}

func verifying() throws {
  let inspector = JournalInspector("state")
  let verification = try inspector.verify()
  for finding in verification.findings { print(finding.file, finding.detail, finding.advice) }
}

func repairing() throws {
  let rescue = JournalRescue("state")
  let plan = try rescue.repairPlan(.dropDamaged)
  print(plan.lostSequences, plan.keysAtRisk.count)
  let report = try rescue.repair(.dropDamaged)
  // … and if it was not what was wanted:
  if let bundle = report.bundle { try rescue.undo(bundle) }
}
