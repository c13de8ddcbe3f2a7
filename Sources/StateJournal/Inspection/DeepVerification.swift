import FileIO
public import JournalEngine
import JournalFormat

extension JournalInspector {
  /// Checks every byte of every file, as ``verify(onProgress:)`` does, and what the bytes mean: every
  /// key and value in the log and in all snapshots must be state, and where several generations of
  /// files give the state as of the same commit, they must give the same.
  ///
  /// - Parameter onProgress: called about once per mebibyte of files, and then of the log;
  ///   ``onStateProgress`` for entries of snapshots and for states that are compared.
  /// - Throws: as ``verify(onProgress:)``.
  /// - Complexity: O(bytes of all files); memory is bounded.
  public func verifyDeeply(
    onProgress: (InspectionProgress) -> Void = { _ in }
  ) throws(JournalError) -> JournalVerification {
    var result = try verify(onProgress: onProgress)
    var deep = DeepVerification(inspector: self)
    try deep.checkLog(onProgress: onProgress)
    try deep.checkSnapshots()
    // Which generation is right cannot be asked where a state cannot be read at all.
    if result.isStateIntact { try deep.compareGenerations() }
    result.add(deep.findings)
    return result
  }

  /// What the keys at risk of a finding were before the first commit that it concerns, as far as the
  /// files still tell: the last good values.
  ///
  /// - Returns: an entry for each key that had a value; `nil` when that state is out of reach.
  /// - Throws: as ``status(isExact:)``.
  public func lastGoodValues(
    for finding: InspectionFinding
  ) throws(JournalError) -> [InspectedEntry]? {
    do {
      return try valuesBefore(finding)
    } catch {
      switch error.reason {
      case .unreachable, .damage: return nil
      default: throw error
      }
    }
  }

  /// The same; throws where that state is out of reach or damaged, too.
  func valuesBefore(_ finding: InspectionFinding) throws(JournalError) -> [InspectedEntry]? {
    guard let sequence = finding.sequence, sequence > LogSequenceNumber(1),
      !finding.keysAtRisk.isEmpty
    else { return nil }
    return try JournalReader.reading(
      path, in: fileSystem, at: sequence.previous, onProgress: onOpeningProgress
    ) {
      (reader) throws(JournalError) in
      var entries: [InspectedEntry] = []
      for key in finding.keysAtRisk {
        guard let (value, version) = try reader.view.get(key.span) else { continue }
        entries.append(
          InspectedEntry(
            StoredContent(key: key.span, value: value.span),
            version: StateVersion(number: version.rawValue)))
      }
      return entries
    }
  }
}

/// The part of a deep verification that goes behind the bytes.
private struct DeepVerification {
  /// Findings beyond these are not listed: where everything is wrong, more of them tell nothing.
  private static let maximumFindingCount = 1000

  let inspector: JournalInspector
  private(set) var findings: [InspectionFinding] = []

  init(inspector: JournalInspector) { self.inspector = inspector }

  private mutating func add(_ finding: InspectionFinding) {
    guard findings.count < Self.maximumFindingCount else { return }
    var finding = finding
    if finding.advice.isEmpty {
      finding.advice =
        "see what it is: journal-tool dump \(Shell.quoted(inspector.path)) --raw --from "
        + "\(finding.sequence ?? .zero) --limit 1"
    }
    findings.append(finding)
  }

  private static func meansSomething(key: Span<UInt8>, value: Span<UInt8>) -> Bool {
    if case .foreign = StoredContent(key: key, value: value) { return false }
    return true
  }

  mutating func checkLog(
    onProgress: (InspectionProgress) -> Void
  ) throws(JournalError) {
    var found: [InspectionFinding] = []
    try inspector.forEachRecordInPlace(
      in: .zero...LogSequenceNumber(.max), onProgress: onProgress
    ) { item, bytes in
      guard case .record(let record) = item else { return true }
      var changes = RecordChangeReader(record: record.place)
      while let change = changes.next(in: bytes) {
        guard case .put(let key, let value) = change,
          !Self.meansSomething(key: bytes.extracting(key), value: bytes.extracting(value))
        else { continue }
        var finding = InspectionFinding(
          .loss, .noState, file: inspector.path + "/" + record.file, offset: record.offset,
          byteCount: Int64(record.header.recordByteCount), sequence: record.header.sequence,
          lastSequence: record.header.sequence,
          detail: "the checksum is right, and key or value are no state; was it written by other "
            + "software?")
        finding.keysAtRisk = [[UInt8](copying: bytes.extracting(key))]
        found.append(finding)
      }
      return found.count < Self.maximumFindingCount
    }
    for finding in found { add(finding) }
  }

  mutating func checkSnapshots() throws(JournalError) {
    let directory = try JournalReader.openDirectory(inspector.path, in: inspector.fileSystem)
    for range in try DirectoryListing.read(directory).snapshots {
      let name = FileName.snapshot(range).text
      do throws(JournalError) {
        let reader = try SnapshotReader(
          opening: name, in: directory, expecting: nil,
          covering: (from: range.after, to: range.through))
        try check(reader, of: range, named: name)
      } catch {
        // Gone meanwhile, or found by the check of the bytes already.
        switch error.reason {
        case .damage, .io: continue
        default: throw error
        }
      }
    }
  }

  private mutating func check(
    _ reader: SnapshotReader, of range: SnapshotRange, named name: String
  ) throws(JournalError) {
    let cursor = reader.cursor()
    var progress = StateProgress(reader.summary.byteCount, inspector.onStateProgress)
    defer { progress.end() }
    var entry = Entry()
    while try cursor.next(into: &entry) {
      progress.pass(entry)
      var detail: String?
      if entry.sequence <= range.after || entry.sequence > range.through {
        detail = "an entry was put by commit \(entry.sequence), outside of the snapshot's range"
      } else if !entry.isRemoval,
        !Self.meansSomething(key: entry.key.span, value: entry.value.span)
      {
        detail = "key or value are no state; was it written by other software?"
      }
      guard let detail else { continue }
      var finding = InspectionFinding(
        .loss, .noState, file: inspector.path + "/" + name, sequence: entry.sequence,
        lastSequence: entry.sequence, detail: detail)
      finding.keysAtRisk = [entry.key]
      finding.advice = "see what it is: journal-tool replay \(Shell.quoted(inspector.path)) --json"
      add(finding)
    }
  }

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
  private func generation(
    at sequence: LogSequenceNumber, without ranges: Set<SnapshotRange>
  ) throws(JournalError) -> JournalView? {
    do {
      return try JournalReader(
        inspector.path, in: inspector.fileSystem, at: sequence, without: ranges,
        onProgress: inspector.onOpeningProgress
      ).view
    } catch {
      switch error.reason {
      case .unreachable, .damage, .notAStore: return nil
      default: throw error
      }
    }
  }

  private mutating func compare(
    _ newer: JournalView, with older: JournalView
  ) throws(JournalError) {
    let cursors = (newer.cursor(), older.cursor())
    // They have the same entries, unless something is wrong.
    var progress = StateProgress(newer.inputByteCount, inspector.onStateProgress)
    defer { progress.end() }
    var entries = (Entry(), Entry())
    var isFull = (try cursors.0.next(into: &entries.0), try cursors.1.next(into: &entries.1))
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
        isFull.0 = try cursors.0.next(into: &entries.0)
      }
      if isSecond { isFull.1 = try cursors.1.next(into: &entries.1) }
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
