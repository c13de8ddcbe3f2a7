import JournalEngine
import JournalFormat

extension DeepVerification {
  /// Compares each generation of snapshots with the one before and the log in between, as long as there
  /// are any: so each commit is replayed once.
  mutating func compareGenerations() throws(JournalError) {
    var chain = try JournalReader(
      inspector.path, in: inspector.fileSystem, keeping: .nothing,
      onProgress: inspector.onOpeningProgress
    ).view.chain
    var without: Set<SnapshotRange> = []
    while !chain.ranges.isEmpty {
      // Gone where a compaction is at work meanwhile.
      guard let newer = try generation(at: chain.to, without: without) else { return }
      without.formUnion(newer.chain.ranges)
      if let older = try generation(at: newer.sequence, without: without) {
        try compare(newer, with: older)
        chain = older.chain
        continue
      }
      // The one before may still be compared with what is older.
      let directory = try JournalReader.openDirectory(inspector.path, in: inspector.fileSystem)
      let base = try DirectoryListing.read(directory)
        .chain(limit: newer.sequence.previous, without: without).last?.through
      guard let base, let older = try generation(at: base, without: without) else {
        return
      }
      chain = older.chain
    }
  }

  /// The state from files other than some snapshots; `nil` when they do not reach it.
  private mutating func generation(
    at sequence: LogSequenceNumber, without ranges: Set<SnapshotRange>
  ) throws(JournalError) -> JournalView? {
    do throws(JournalError) {
      return try JournalReader(
        inspector.path, in: inspector.fileSystem, at: sequence, without: ranges,
        onProgress: inspector.onOpeningProgress
      ).view
    } catch {
      switch error.reason {
      case .unreachable, .damage, .notAStore: break
      default: try pass(error)
      }
      return nil
    }
  }

  /// Compares two states as far as the blocks of both can be read.
  private mutating func compare(
    _ newer: JournalView, with older: JournalView
  ) throws(JournalError) {
    // They have the same entries, unless something is wrong.
    var progress = StateProgress(newer.inputByteCount, inspector.onStateProgress)
    defer { progress.end() }
    for part in readableParts(of: newer.chain.ranges + older.chain.ranges) {
      do throws(JournalError) {
        try compare(newer, with: older, in: part, &progress)
      } catch {
        try pass(error)
      }
    }
  }

  private mutating func compare(
    _ newer: JournalView, with older: JournalView, in part: InspectionFinding.KeyRange,
    _ progress: inout StateProgress
  ) throws(JournalError) {
    func next(_ cursor: MergeCursor, _ entry: inout Entry) throws(JournalError) -> Bool {
      guard try cursor.next(into: &entry) else { return false }
      return part.upperBound.map { entry.key.lexicographicallyPrecedes($0) } ?? true
    }
    let cursors = (
      newer.cursor(from: part.lowerBound, upTo: part.upperBound),
      older.cursor(from: part.lowerBound, upTo: part.upperBound)
    )
    var entries = (Entry(), Entry())
    var isFull = (try next(cursors.0, &entries.0), try next(cursors.1, &entries.1))
    while isFull.0 || isFull.1, findings.count < Self.maximumFindingCount {
      let isFirst =
        isFull.0 && (!isFull.1 || !entries.1.key.lexicographicallyPrecedes(entries.0.key))
      let isSecond =
        isFull.1 && (!isFull.0 || !entries.0.key.lexicographicallyPrecedes(entries.1.key))
      if !(isFirst && isSecond && entries.0 == entries.1) {
        report(isFirst ? entries.0 : entries.1, newer, older)
      }
      if isFirst {
        progress.pass(entries.0)
        isFull.0 = try next(cursors.0, &entries.0)
      }
      if isSecond { isFull.1 = try next(cursors.1, &entries.1) }
    }
  }

  private mutating func report(_ entry: Entry, _ newer: JournalView, _ older: JournalView) {
    func name(_ view: JournalView) -> String? {
      view.chain.ranges.last.map { FileName.snapshot($0).text }
    }
    let sequence = newer.sequence
    var finding = InspectionFinding(
      .loss, .disagreement, file: inspector.path, sequence: entry.sequence,
      lastSequence: sequence,
      detail: "\(name(newer) ?? "a snapshot") says something else of the state after commit "
        + "\(sequence) than " + (name(older).map { $0 + " and the log" } ?? "the log alone"))
    finding.keysAtRisk = [entry.key]
    finding.advice =
      "keep a copy (journal-tool backup); see how it came about: journal-tool history"
      + " \(Shell.quoted(inspector.path))"
    add(finding)
  }
}
