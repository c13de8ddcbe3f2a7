import StateJournal

/// `journal-tool verify DIR`
enum VerifyVerb {
  static let verb = Verb(
    name: "verify", summary: "checks every byte of every file, and says what damage means",
    details: """
      Reads all segments and snapshots, superseded ones as well, and never stops at the first
      finding. Each finding names file, offset and commits, the keys at risk as far as they can be
      made out with their last good values, and what to do. Exits with 5 for damage, also where the
      state is intact, with 6 when the last commit is undecidable. With --deep, what another
      program keeps in the store is a finding of its own, and exits with 1.
      """,
    options: [
      Verb.Option(
        "--deep", help: "decode every key and value too, and compare generations of files"),
      Verb.Option("--strict", help: "exit with 4 for a torn tail, which is no damage otherwise"),
    ],
    examples: [
      ("journal-tool verify state", "check the store in ./state"),
      (
        "journal-tool verify /backup/state --strict --json > report.ndjson",
        "check a backup that must be whole, and keep the findings"
      ),
    ],
    run: run)

  private static func run(_ invocation: Invocation) throws(ToolFailure) -> ExitCode {
    let console = invocation.console
    var bar = ProgressBar("verify", on: console)
    defer { bar.clear() }
    let inspector = invocation.inspector
    let isDeep = invocation.arguments.has("--deep")
    let result = try invocation.attempt { () throws(JournalError) in
      isDeep
        ? try inspector.verifyDeeply { bar.update($0) } : try inspector.verify { bar.update($0) }
    }
    bar.clear()
    let code = ExitCode(result.worst, isStrict: invocation.arguments.has("--strict"))
    var lastGoodValues = LastGoodValues(inspector)
    for finding in result.findings {
      // The report matters more than what cannot be read for it.
      let values = finding.severity == .loss ? lastGoodValues.values(for: finding) : nil
      if invocation.isJSON {
        console.output.write(
          FindingOutput.json(finding, verb: "verify", lastGoodValues: values).line)
      } else {
        console.output.write(
          FindingOutput.text(finding, style: console.outputStyle, lastGoodValues: values))
      }
    }
    if invocation.isJSON {
      console.output.write(summary(result, isDeep: isDeep, code))
    } else {
      console.output.write(verdict(result, style: console.outputStyle))
    }
    return code
  }

  private static func verdict(_ result: JournalVerification, style: Style) -> String {
    let checked =
      "\(Units.count(result.segmentCount, "segment")), "
      + "\(Units.count(result.snapshotCount, "snapshot")), "
      + "\(Units.count(result.recordCount, "record")), \(Units.bytes(result.byteCount)); "
      + "last commit \(result.lastSequence)"
    var text = ""
    if result.unlistedFindingCount > 0 {
      text += "and \(Units.count(result.unlistedFindingCount)) more findings\n"
    }
    switch result.worst {
    case nil, .note, .tornTail:
      return text + style.green("ok") + ": \(checked)\n"
    case .undecidable:
      return text + style.yellow("undecidable") + ": everything but the last commit is sound; "
        + checked + "\n"
    case .unreadable:
      let isForeign = result.findings.allSatisfy {
        $0.severity < .unreadable || $0.kind == .noState
      }
      return text + style.red(isForeign ? "no state" : "unreadable") + ": not everything "
        + (isForeign ? "is state" : "could be read") + "; \(checked)\n"
    case .covered:
      return text + style.yellow("damaged, the state is intact") + ": \(checked)\n"
    case .loss:
      let lost = result.lostSequences.compactMap { Units.commits($0.lowerBound, $0.upperBound) }
      // Whether anything is lost, only that could tell.
      let isWatermarkAlone = result.findings.allSatisfy {
        $0.severity < .loss || $0.kind == .damage(.watermark)
      }
      return text
        + style.red(
          isWatermarkAlone
            ? "damaged, and the store does not open" : "damaged, and data is lost")
        + (lost.isEmpty ? "" : " (" + lost.prefix(10).joined(separator: ", ") + ")")
        + ": \(checked)\n"
    }
  }

  private static func summary(
    _ result: JournalVerification, isDeep: Bool, _ code: ExitCode
  ) -> [UInt8] {
    var line = Summary.start("verify", code)
    line.add("state_intact", result.isStateIntact)
    line.add("damaged", result.isDamaged)
    line.add("deep", isDeep)
    line.add("worst", result.worst?.rawValue)
    line.add("findings", result.findings.count + result.unlistedFindingCount)
    line.add(
      "lost",
      result.lostSequences.map { range in
        var object = JSONLine()
        object.add("lsn", range.lowerBound)
        object.add("last_lsn", range.upperBound)
        return object
      })
    line.add("last_lsn", result.lastSequence)
    line.add("snapshot_lsn", result.snapshotSequence)
    line.add("watermark_lsn", result.watermark)
    line.add("segments", result.segmentCount)
    line.add("snapshots", result.snapshotCount)
    line.add("records", result.recordCount)
    line.add("entries", result.entryCount)
    line.add("bytes", result.byteCount)
    return line.line
  }
}
