import JournalEngine
import JournalFormat

/// A directory with one segment: the readers of recovery and of inspection see the same in it.
struct SegmentTarget: FuzzTarget {
  let name = "segment"
  let seeds = SegmentInput.seeds
  let tokens = RecordTarget().tokens

  func repair(_ input: inout [UInt8]) { SegmentInput.repair(&input) }

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    let first = LogSequenceNumber(1)
    let directory = MemoryDirectory([FileName.segment(first: first).text: input])
    let recovered = Result { () throws(JournalError) in
      try LogLoader.load(directory, for: .writer)
    }
    let verification: JournalVerification
    do {
      verification = try StoreVerifier.verify(directory)
    } catch {
      if case .newerFormat = error.reason { return behaviour.note("newer") }
      throw FuzzViolation("a verification failed: \(error)")
    }
    behaviour.note(verification.worst?.rawValue ?? "nothing")
    behaviour.note(magnitude: verification.recordCount)
    behaviour.note(magnitude: verification.findings.count)
    for finding in verification.findings.prefix(4) {
      behaviour.note(finding.kind.description)
      behaviour.note(magnitude: Int(clamping: finding.byteCount ?? 0))
    }
    try agree(recovered, verification, input, &behaviour)
    try walk(directory, input)
  }

  /// What can be opened is intact, and what is intact can be opened.
  private func agree(
    _ recovered: Result<RecoveredLog?, JournalError>, _ verification: JournalVerification,
    _ input: [UInt8], _ behaviour: inout Behaviour
  ) throws(FuzzViolation) {
    switch recovered {
    case .failure(let error):
      guard case .damage(let kind) = error.reason else {
        throw FuzzViolation("neither damage nor a log: \(error)")
      }
      behaviour.note(kind.rawValue)
      try FuzzViolation.unless(
        error.sequence != nil && 0...Int64(input.count) ~= error.offset ?? -1,
        "an error without its place: \(error)")
      try FuzzViolation.unless(
        !verification.isStateIntact,
        "called intact with \(verification.findings), and recovery says: \(error)")
    case .success(let log):
      let last = log?.report.lastSequence ?? .zero
      behaviour.note(magnitude: Int(clamping: last.rawValue))
      behaviour.note(log?.report.tornTail.map { $0.isUndecidable ? 3 : 2 } ?? 1)
      try FuzzViolation.unless(
        verification.isStateIntact && verification.lastSequence == last,
        "recovered up to \(last); verification: \(verification.findings)")
    }
  }

  /// A walk ends, goes up, and shows nothing but records whose checksums are right.
  private func walk(_ directory: MemoryDirectory, _ input: [UInt8]) throws(FuzzViolation) {
    var previous = LogSequenceNumber.zero
    var items = 0
    var violation: FuzzViolation?
    do throws(JournalError) {
      _ = try RecordWalk.run(directory, range: .zero...LogSequenceNumber(.max)) {
        item, bytes in
        items += 1
        guard case .record(let place) = item else { return items <= input.count }
        let record = JournalRecord(place, in: bytes)
        if record.sequence <= previous {
          violation = FuzzViolation("record \(record.sequence) behind \(previous)")
        }
        previous = record.sequence
        return violation == nil && items <= input.count
      }
    } catch {
      guard case .damage = error.reason else {
        throw FuzzViolation("a walk ends with \(error)")
      }
    }
    if let violation { throw violation }
    try FuzzViolation.unless(items <= input.count, "a walk that does not end")
  }
}
