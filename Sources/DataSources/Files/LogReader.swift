import FileIO
import StateJournal

/// Reads a rotated log from a position to its present end, across its files.
struct LogReader: DataSourceReader {
  /// How often the place may have to be looked for anew without a line in between.
  private static let maximumSearchCount = 16

  private let log: LogFiles
  private let loss: RotatingLogSource.LossPolicy
  private let options: FileReadingOptions
  private let report: @Sendable (FileNotice) -> Void
  /// Behind the last line that was handed over.
  private var position: FilePosition?
  private var reading: NDJSONFileReading?
  /// The name that the file had when it was read first.
  private var fileName = ""
  private var searchCount = 0

  init(
    _ log: LogFiles, after position: FilePosition?, loss: RotatingLogSource.LossPolicy,
    options: FileReadingOptions, report: @escaping @Sendable (FileNotice) -> Void
  ) {
    self.log = log
    self.position = position
    self.loss = loss
    self.options = options
    self.report = report
  }

  mutating func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    while true {
      if reading == nil {
        guard try await search() else { return nil }
      }
      if let payload = try take(endsHere: false) { return payload }
      if reading?.isReplaced == true {
        reading = nil
        continue
      }
      switch try behind() {
      case .nothing:
        reportHeldBack()
        return nil
      case .newer(let next):
        // Once more: its writer has left this file only now that there is something in a newer one.
        if let payload = try take(endsHere: false) { return payload }
        guard let old = reading, !old.isReplaced else { continue }
        let end = old.position
        if try await isOriginal(next, ofCopy: old) {
          try open(next, after: end.offset > 0 ? end : nil)
          continue
        }
        if let payload = try take(endsHere: true) { return payload }
        // The position stays behind the last line of this file until there is a line of the newer one,
        // so that what is written here meanwhile is found by the next run.
        try open(next, after: nil)
        reading?.goOn(behind: end)
      }
    }
  }

  private mutating func take(
    endsHere: Bool
  ) throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    guard let step = try reading?.next(endsHere: endsHere) else { return nil }
    var now = step.position
    now.name = fileName
    position = now
    searchCount = 0
    return DataSourcePayload(
      data: step.rows, state: now.stateObject, inputByteCount: step.inputByteCount)
  }

  private func reportHeldBack() {
    guard let reading, reading.heldBackByteCount > 0 else { return }
    report(
      .heldBack(
        file: reading.name, line: reading.position.line, byteCount: reading.heldBackByteCount))
  }

  // MARK: Finding the place

  /// Opens the file that holds the position, behind it; false when there is no file at all.
  private mutating func search() async throws(DataSourceError) -> Bool {
    searchCount += 1
    guard searchCount <= Self.maximumSearchCount else {
      throw DataSourceError(
        "\(log.path) is cut faster than it can be read; try again", isTransient: true)
    }
    let chain = try log.snapshot()
    guard let position else {
      guard let oldest = chain.last else { return false }
      try open(oldest, after: nil)
      return true
    }
    // First the file itself, whatever it is named now; then whatever else begins with the same bytes.
    let same = chain.filter { $0.identity == position.identity }
    for entry in same + chain.filter({ $0.identity != position.identity }) {
      // Opened before it is checked: then what was read is known to follow what was checked.
      try open(entry, after: position)
      let check = FilePrefixCheck(
        file: entry.file, name: "\(log.directory.path)/\(entry.name)", identity: entry.identity,
        position: position, options: options, report: report)
      if try await check.finding() == .same { return true }
    }
    reading = nil
    guard loss == .beginAnew else { throw lossError(position) }
    report(.begunAnew(log: log.path, byteCount: position.offset))
    guard let oldest = chain.last else { return false }
    try open(oldest, after: nil)
    reading?.goOn(behind: position)
    return true
  }

  private mutating func open(
    _ entry: LogFiles.Entry, after position: FilePosition?
  ) throws(DataSourceError) {
    // The name that the file had when it was read first: later ones say only that it was renamed.
    let earlierName = position?.identity == entry.identity ? position?.name : nil
    fileName = earlierName ?? entry.name
    reading = try NDJSONFileReading(
      entry.file, name: "\(log.directory.path)/\(entry.name)", identity: entry.identity,
      after: position, options: options, report: report)
  }

  private func lossError(_ position: FilePosition) -> DataSourceError {
    DataSourceError(
      "\(log.path): the file that was read up to byte \(Quantity.count(position.offset)) (line "
        + "\(Quantity.count(position.line - 1))) is not there any more, under no name, nor a copy of "
        + "it: it was removed, compressed or edited, or cut before it was copied. Nothing was ingested "
        + "now. Bring it back as \(log.name).1, or let the log begin anew and accept that lines may be "
        + "missing or come twice")
  }

  // MARK: Going on with the next file

  private enum Behind {
    case nothing
    case newer(LogFiles.Entry)
  }

  /// The next newer file, if there is something in it or in one behind it.
  private func behind() throws(DataSourceError) -> Behind {
    guard let reading else { return .nothing }
    let chain = try log.snapshot()
    // One that has left the chain was the oldest of it.
    let own = chain.firstIndex { $0.identity == reading.identity } ?? chain.count
    for entry in chain[..<own].reversed() {
      let byteCount = try attempt(to: "tell the size of the input") { () throws(IOFailure) in
        try entry.file.byteCount()
      }
      if byteCount > 0 { return .newer(entry) }
    }
    return .nothing
  }

  /// Whether a newer file holds what this one does and more, since this one is a copy of it that was
  /// taken to cut it, and it has not been cut yet.
  private func isOriginal(
    _ next: LogFiles.Entry, ofCopy old: NDJSONFileReading
  ) async throws(DataSourceError) -> Bool {
    let end = old.endOfBytes
    guard next.name == log.name, end.offset > 0 else { return false }
    if let position {
      // It was read as the log and has another name since: so this log is rotated by renaming.
      if position.identity == end.identity, position.name == log.name { return false }
    }
    return try await FilePrefixCheck(
      file: next.file, name: log.path, identity: next.identity, position: end, options: options,
      report: { _ in }
    ).finding() == .same
  }
}
