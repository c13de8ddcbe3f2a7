import FileIO
import JournalFormat

/// Makes a judged log fit to be written on: what was torn is set aside and cut, and everything that
/// recovery believed is made durable before anything new is accepted on top of it.
///
/// Every step may be interrupted and is done over by the next recovery with the same result.
enum TailRepair {
  static func apply(_ log: inout RecoveredLog) throws(JournalError) {
    do {
      try cutTornTail(&log)
      try removeHeaderlessSegment(log)
      // What was just read may exist in the page cache only, if the last writer was killed; so may
      // the names of files that a compaction or rotation had just renamed or created.
      if let tail = log.tail, !log.isKnownDurable {
        try log.directory.openFile(tail.name, .readWrite).sync()
      }
      try log.directory.sync()
    } catch {
      throw JournalError(error)
    }
  }

  private static func cutTornTail(_ log: inout RecoveredLog) throws(IOFailure) {
    guard var torn = log.report.tornTail, var tail = log.tail else { return }
    let name = "\(tail.name).\(torn.offset).torn"
    try quarantine(tail.file, from: torn.offset, byteCount: torn.byteCount, as: name, log)
    // Cut durably before a new record goes in: a stale record of the same size would otherwise line
    // up behind it and come back to life.
    let file = try log.directory.openFile(tail.name, .readWrite)
    try file.truncate(to: torn.offset)
    try file.sync()
    tail.fileByteCount = torn.offset
    log.tail = tail
    torn.quarantinedAs = "\(FileName.quarantine.text)/\(name)"
    log.report.tornTail = torn
  }

  private static func removeHeaderlessSegment(_ log: RecoveredLog) throws(IOFailure) {
    guard let name = log.headerlessSegment else { return }
    let file = try log.directory.openFile(name, .read)
    let byteCount = min(try file.byteCount(), Int64(SegmentHeader.byteCount))
    if byteCount > 0 {
      try quarantine(file, from: 0, byteCount: byteCount, as: "\(name).0.torn", log)
    }
    try log.directory.remove(name)
  }

  /// Copies bytes into the quarantine; when this returns, the copy is durable.
  private static func quarantine(
    _ file: any File, from offset: Int64, byteCount: Int64, as name: String, _ log: RecoveredLog
  ) throws(IOFailure) {
    let quarantine = try log.directory.openDirectory(FileName.quarantine.text, creating: true)
    try log.directory.sync()
    let copy = try quarantine.openFile(name, .createIfMissing)
    try copy.truncate(to: 0)
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    var done: Int64 = 0
    while done < byteCount {
      let wanted = Int(min(Int64(buffer.count), byteCount - done))
      let count = try file.readFully(into: &buffer, range: 0..<wanted, at: offset + done)
      if count == 0 { break }
      try copy.writeFully(buffer.span.extracting(0..<count), at: done)
      done += Int64(count)
    }
    try copy.sync()
    try quarantine.sync()
  }
}
