import FileIO
import JournalFormat

/// Makes a judged log fit to be written on: what was torn is set aside and cut, and everything that
/// recovery believed is made durable before anything new is accepted on top of it.
///
/// Every step may be interrupted and is done over by the next recovery with the same result.
enum TailRepair {
  private static let pieceByteCount: Int64 = 1 << 20

  static func apply(_ log: inout RecoveredLog) throws(JournalError) {
    try cut(&log)
    try makeDurable(log.tail, in: log.directory)
  }

  /// The first half: sets aside and cuts what was torn. Nothing may be written on top of it before the
  /// second half, ``makeDurable(_:in:)``.
  static func cut(_ log: inout RecoveredLog) throws(JournalError) {
    do {
      try cutTornTail(&log)
      try removeHeaderlessSegment(log)
    } catch {
      throw JournalError(error)
    }
  }

  private static func cutTornTail(_ log: inout RecoveredLog) throws(IOFailure) {
    guard var torn = log.report.tornTail, var tail = log.tail else { return }
    let name = try quarantine(
      tail.file, from: torn.offset, byteCount: torn.byteCount,
      as: "\(tail.name).\(torn.offset)", log)
    // Cut durably before a new record goes in: a stale record of the same size would otherwise line
    // up behind it and come back to life.
    try log.directory.openFile(tail.name, .readWrite).truncate(to: torn.offset)
    tail.fileByteCount = torn.offset
    log.tail = tail
    torn.quarantinedAs = "\(FileName.quarantine.text)/\(name)"
    log.report.tornTail = torn
  }

  /// Makes what was read durable. It may exist in the page cache only, if the last writer was
  /// killed; and so may the cut, also that of a recovery which was killed before it could sync, in a
  /// log that now ends cleanly.
  ///
  /// A sync alone would not do. If one failed in the last session, the kernel may have called the
  /// pages clean, and shows bytes that it will never write (Rebello et al., "Can Applications
  /// Recover from fsync Failures?", USENIX ATC 2020). So what is not known to have been durable,
  /// which is little, is written once more, and then looked at: such pages may have left memory since
  /// they were read, and what has been written again is what was there before.
  static func makeDurable(
    _ tail: RecoveredLog.Tail?, in directory: any Directory
  ) throws(JournalError) {
    do throws(IOFailure) {
      if let tail {
        let file = try directory.openFile(tail.name, .readWrite)
        if tail.durableOffset < tail.end {
          try writeAgain(tail.durableOffset..<tail.end, of: file)
          try check(tail, in: directory)
        }
        try file.sync()
      }
      // The names of files that a compaction or rotation had just renamed or created may not be
      // durable either.
      try directory.sync()
    } catch {
      throw JournalError(error)
    }
  }

  /// Fails as a sync that failed, which it shows, unless the file still holds what was read.
  private static func check(
    _ tail: RecoveredLog.Tail, in directory: any Directory
  ) throws(IOFailure) {
    let holds: Bool
    do throws(JournalError) {
      holds = try isThere(tail, in: directory)
    } catch {
      switch error.reason {
      case .io(let failure), .outOfSpace(let failure): throw failure
      default: holds = false
      }
    }
    if !holds {
      throw IOFailure(.sync, path: tail.file.path, code: IOFailure.inputOutputCode)
    }
  }

  /// Whether the file holds the header, and all records that are not known to have been durable.
  private static func isThere(
    _ tail: RecoveredLog.Tail, in directory: any Directory
  ) throws(JournalError) -> Bool {
    let opened = try SegmentReader.open(
      tail.name, in: directory, first: tail.header.firstSequence, isLast: true,
      store: tail.header.store)
    guard var reader = opened, reader.header == tail.header else { return false }
    var (expected, history) = (tail.unsynced.sequence, tail.unsynced.history)
    try reader.skip(to: tail.unsynced.offset)
    while reader.position < tail.end {
      guard case .record = try reader.step(expected: expected) else { return false }
      history = history.appending(reader.window.span.extracting(reader.record))
      expected = expected.next
    }
    return reader.position == tail.end && history == tail.history
  }

  private static func removeHeaderlessSegment(_ log: RecoveredLog) throws(IOFailure) {
    guard let name = log.headerlessSegment else { return }
    let file = try log.directory.openFile(name, .read)
    let byteCount = min(try file.byteCount(), Int64(SegmentHeader.byteCount))
    if byteCount > 0 {
      _ = try quarantine(file, from: 0, byteCount: byteCount, as: "\(name).0", log)
    }
    try log.directory.remove(name)
  }

  /// Copies bytes into the quarantine and returns the name of the copy, which is durable then. A
  /// segment may be torn at the same place again: what was set aside before keeps its name.
  private static func quarantine(
    _ file: any File, from offset: Int64, byteCount: Int64, as stem: String, _ log: RecoveredLog
  ) throws(IOFailure) -> String {
    do {
      return try copyToQuarantine(file, from: offset, byteCount: byteCount, as: stem, log)
    } catch {
      // One that holds anything stays.
      try? log.directory.removeDirectory(FileName.quarantine.text)
      throw error
    }
  }

  private static func copyToQuarantine(
    _ file: any File, from offset: Int64, byteCount: Int64, as stem: String, _ log: RecoveredLog
  ) throws(IOFailure) -> String {
    let quarantine = try log.directory.openDirectory(FileName.quarantine.text, creating: true)
    try log.directory.sync()
    let taken = Set(try quarantine.list())
    var name = "\(stem).torn"
    var number = 1
    while taken.contains(name) {
      number += 1
      name = "\(stem).\(number).torn"
    }
    // Whole before it has its name: an interrupted copy is begun anew, and is no second one.
    let unfinished = stem + FileName.temporarySuffix
    do {
      let copy = try quarantine.openEmptied(unfinished)
      try file.copyKept(offset..<(offset + byteCount), into: copy)
      try copy.sync()
      try quarantine.rename(unfinished, to: name)
    } catch {
      // On a full disk it would take the room that is wanted.
      try? quarantine.remove(unfinished)
      throw error
    }
    try quarantine.sync()
    return name
  }

  /// Writes a part of a file once more, in pieces that the device begins with while the next one is
  /// copied: behind a kill in the middle of many buffered commits, that is most of an opening.
  private static func writeAgain(_ range: Range<Int64>, of file: any File) throws(IOFailure) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let end = min(offset + pieceByteCount, range.upperBound)
      try file.copy(offset..<end, to: file, at: offset)
      if end < range.upperBound { try file.writeOut(offset..<end, waiting: false) }
      offset = end
    }
  }
}
