import StateJournal

/// `journal-tool verify-backup BACKUP [SOURCE]`
enum VerifyBackupVerb {
  static let verb = Verb(
    name: "verify-backup", group: .copy,
    summary: "checks a backup, and compares it with its source",
    details: """
      DIR is the backup. All of verify, and where SOURCE is given every object of the backup
      against the state that the source had after the backup's last commit, versions included.
      Exits with 5 for damage, with 1 when objects differ, and with 3 when the source does not
      reach back to that commit any more, so that nothing could be compared.
      """,
    operands: [.init("SOURCE", .optional, help: "the store that the backup was made of")],
    options: [],
    examples: [
      ("journal-tool verify-backup /backup/state", "is every byte of it sound?"),
      ("journal-tool verify-backup /backup/state state --json", "and is it what the source says?"),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let backup = invocation.backup(in: invocation.directory)
    var bar = ProgressBar("verify", on: invocation.console)
    let result: JournalVerification
    do {
      result = try backup.verify { bar.update($0) }
      bar.clear()
    } catch {
      bar.clear()
      throw ToolFailure(error, verb: "verify-backup", directory: invocation.directory)
    }
    let console = invocation.console
    for finding in result.findings {
      if invocation.isJSON {
        console.output.write(FindingOutput.json(finding, verb: "verify-backup").line)
      } else {
        console.output.write(FindingOutput.text(finding, style: console.outputStyle))
      }
    }
    var code = ExitCode(result.worst, isStrict: false)
    var comparison: BackupComparison?
    if result.isStateIntact, let source = invocation.arguments.operand("SOURCE") {
      do {
        let found = try backup.compare(with: source)
        comparison = found
        if code == .success { code = Self.code(of: found.outcome) }
      } catch {
        throw ToolFailure(error, verb: "verify-backup", directory: source)
      }
    }
    if invocation.isJSON {
      console.output.write(summary(result, comparison, code))
    } else {
      console.output.write(verdict(result, comparison, style: console.outputStyle))
    }
    return code
  }

  private static func code(of outcome: BackupComparison.Outcome) -> ExitCode {
    switch outcome {
    case .same: .success
    case .different, .otherStore: .failed
    case .unreachable: .notFound
    }
  }

  private static func verdict(
    _ result: JournalVerification, _ comparison: BackupComparison?, style: Style
  ) -> String {
    let checked =
      "\(Units.bytes(result.byteCount)), \(Units.count(result.recordCount, "record")), last commit "
      + "\(result.lastSequence)"
    var text =
      result.isDamaged
      ? style.red("damaged") + ": \(checked)\n" : style.green("ok") + ": \(checked)\n"
    guard let comparison else { return text }
    switch comparison.outcome {
    case .same:
      text +=
        style.green("same")
        + ": all \(Units.count(comparison.comparedCount, "object")) are what the "
        + "source had after commit \(comparison.sequence)\n"
    case .different:
      text +=
        style.red("different") + ": \(Units.count(comparison.differenceCount, "object")) of "
        + "\(Units.count(comparison.comparedCount)), as of commit \(comparison.sequence): "
        + comparison.differingKeys.prefix(10).map { Printable.key($0) }.joined(separator: ", ")
        + "\n"
    case .otherStore:
      text += style.red("another store") + ": the two have nothing to do with each other\n"
    case .unreachable:
      text +=
        style.yellow("not compared") + ": the source does not reach back to commit "
        + "\(comparison.sequence) any more\n"
    }
    return text
  }

  private static func summary(
    _ result: JournalVerification, _ comparison: BackupComparison?, _ code: ExitCode
  ) -> [UInt8] {
    var line = Summary.start("verify-backup", code)
    line.add("state_intact", result.isStateIntact)
    line.add("damaged", result.isDamaged)
    line.add("findings", result.findings.count + result.unlistedFindingCount)
    line.add("last_lsn", result.lastSequence)
    line.add("bytes", result.byteCount)
    if let comparison {
      line.add("comparison", "\(comparison.outcome)")
      line.add("compared_objects", comparison.comparedCount)
      line.add("different_objects", comparison.differenceCount)
      line.add("different", comparison.differingKeys.map(FindingOutput.key))
    }
    return line.line
  }
}
