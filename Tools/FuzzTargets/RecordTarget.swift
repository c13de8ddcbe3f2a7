import JournalFormat

/// The record scanner and the walk over a record's changes, on bytes in memory.
struct RecordTarget: FuzzTarget {
  let name = "record"
  let seeds = SegmentInput.seeds
  let tokens: [[UInt8]] = [
    [1, 1, 0, 0, 0, 0, 0, 0x6B], [2, 0, 0], [3, 1, 0, 0x6B], [0x11, 1, 0, 0, 0, 0, 0, 0, 0],
    [0x7F, 0xFF, 0xFF, 0xFF, 0xFF], [1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x21, 0, 0, 0],
  ]

  func repair(_ input: inout [UInt8]) { SegmentInput.repair(&input) }

  func run(_ input: [UInt8], _ behaviour: inout Behaviour) throws(FuzzViolation) {
    guard case .valid(let header) = SegmentHeader.decode(input.span) else {
      return behaviour.note("no header")
    }
    var offset = SegmentHeader.byteCount
    var expected = header.firstSequence
    while true {
      let rest = input.span.extracting(offset..<input.count)
      let step = Self.step(rest, seed: header.recordSeed, expected: expected)
      behaviour.note(step.caseName)
      guard case .record(let record) = step else {
        behaviour.note(magnitude: rest.count)
        return
      }
      let end = offset + record.recordByteCount
      try FuzzViolation.unless(
        end <= input.count && record.recordByteCount > RecordHeader.byteCount,
        "a record of \(record.recordByteCount) bytes at \(offset) of \(input.count)")
      let covered = input.span.extracting((offset + 4)..<end)
      let sum = CRC32C.portableChecksum(covered, continuing: header.recordSeed)
      try FuzzViolation.unless(
        sum == input.span.loadUInt32(at: offset) && record.sequence == expected,
        "the bytes at \(offset) are no record \(expected)")
      try walk(offset..<end, input, &behaviour)
      expected = expected.next
      offset = end
    }
  }

  /// What the scanner makes of bytes that are all in memory.
  private static func step(
    _ rest: Span<UInt8>, seed: UInt32, expected: LogSequenceNumber
  ) -> ScanStep {
    let (needed, decided) = RecordScanner.plan(rest, available: rest.count)
    if let decided { return decided }
    return RecordScanner.judge(
      RecordHeader(rest, at: 0),
      checksum: RecordChecksum.of(rest.extracting(0..<needed), seed: seed), expected: expected)
  }

  /// Walks the changes of one record; what was understood is written again byte for byte.
  private func walk(
    _ record: Range<Int>, _ input: [UInt8], _ behaviour: inout Behaviour
  ) throws(FuzzViolation) {
    let bytes = input.span
    var again: [UInt8] = []
    var reader = RecordChangeReader(record: record)
    while let change = reader.next(in: bytes) {
      switch change {
      case .put(let key, let value):
        behaviour.note(1)
        RecordChange.appendPut(
          key: bytes.extracting(key), value: bytes.extracting(value), to: &again)
      case .remove(let key):
        behaviour.note(2)
        RecordChange.appendRemove(key: bytes.extracting(key), to: &again)
      case .removePrefix(let prefix):
        behaviour.note(3)
        RecordChange.appendRemovePrefix(bytes.extracting(prefix), to: &again)
      case .opened(let epoch, let process, let host, let program):
        behaviour.note(4)
        again.append(RecordChangeKind.opened)
        again.appendUInt64(epoch)
        again.appendUInt32(UInt32(bitPattern: process))
        for text in [host, program] {
          again.appendUInt16(UInt16(text.count))
          again.append(bytes.extracting(text))
        }
      case .closed(let epoch):
        behaviour.note(5)
        RecordChange.appendClosed(epoch: epoch, to: &again)
      case .annotation(let kind, let content):
        behaviour.note(6)
        again.append(kind)
        again.appendUInt32(UInt32(content.count))
        again.append(bytes.extracting(content))
      }
    }
    behaviour.note(reader.isMalformed ? 7 : 8)
    let body = input[(record.lowerBound + RecordHeader.byteCount)..<record.upperBound]
    try FuzzViolation.unless(
      reader.isMalformed ? body.starts(with: again) : body.elementsEqual(again),
      "the changes of the record at \(record.lowerBound) are written as \(again)")
    if let key = reader.keyOfCutChange {
      try FuzzViolation.unless(
        reader.isMalformed && key.upperBound <= record.upperBound, "a key from outside a record")
    }
  }
}

extension ScanStep {
  /// The case, without the numbers that come with it.
  var caseName: String {
    switch self {
    case .record: "record"
    case .unwritten: "unwritten"
    case .end: "end"
    case .invalid(.shortHeader): "short header"
    case .invalid(.implausibleLength): "implausible length"
    case .invalid(.checksumMismatch): "checksum mismatch"
    case .invalid(.garbage): "garbage"
    case .invalid(.unexpectedSequence): "unexpected sequence"
    }
  }
}
