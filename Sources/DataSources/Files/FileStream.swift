import FileIO
import StateJournal

/// One file of a directory.
struct FileStream: DataSourceStream {
  let fileName: String
  let suffix: String
  let directory: any Directory
  let format: FileFormat
  /// Whether nobody will write to it any more.
  let isComplete: Bool
  let options: FileReadingOptions
  let report: @Sendable (FileNotice) -> Void

  var name: String { String(fileName.dropLast(suffix.count)) }

  func remainingByteCount(after state: StateObject) async -> Int64? {
    guard let size = try? directory.openFile(fileName, .read).byteCount() else { return nil }
    return size - min(state["offset"]?.count ?? 0, size)
  }

  func open(
    after state: StateObject
  ) async throws(DataSourceError) -> sending any DataSourceReader<NDJSONRows> {
    let path = "\(directory.path)/\(fileName)"
    let file = try openInput(fileName, in: directory)
    let position = try FilePosition(state, of: path)
    if let position, position.isComplete {
      try checkUnchanged(file, path, position)
      return CompleteFileReader(base: nil, last: position, isComplete: true)
    }
    guard let reader = try await open(file, path, after: position) else {
      return HeaderlessReader(file: file, path: path, report: report)
    }
    return isComplete
      ? CompleteFileReader(base: reader, last: position, isComplete: false) : reader
  }

  private func open(
    _ file: any File, _ path: String, after position: FilePosition?
  ) async throws(DataSourceError) -> sending (any DataSourceReader<NDJSONRows>)? {
    switch format {
    case .csv:
      guard
        let opening = try await CSVOpening(
          file, name: path, after: position, options: options, report: report)
      else { return nil }
      return CSVReader(opening, file: path, options: options, report: report)
    case .ndjson:
      let identity = try attempt(to: "tell which file the input is") { () throws(IOFailure) in
        try file.identity()
      }
      // Opened before it is checked: then what was read is known to follow what was checked.
      let reading = try NDJSONFileReading(
        file, name: path, identity: identity, after: position, options: options, report: report)
      if let position {
        try await FilePrefixCheck(
          file: file, name: path, identity: identity, position: position, options: options,
          report: report
        ).run()
      }
      return NDJSONReader(reading, options: options, report: report)
    }
  }

  /// A complete file that is done is not read again; that it is the same is known as far as its size
  /// and identity tell.
  private func checkUnchanged(
    _ file: any File, _ path: String, _ position: FilePosition
  ) throws(DataSourceError) {
    let (byteCount, identity) = try attempt(to: "look at the input") { () throws(IOFailure) in
      (try file.byteCount(), try file.identity())
    }
    if byteCount == position.offset, identity == position.identity { return }
    throw DataSourceError(
      "\(path) was complete and ingested, \(Quantity.plural(position.offset, "byte")) of it, and has "
        + (identity == position.identity
          ? "\(Quantity.plural(byteCount, "byte")) now: it was written to since"
          : "been replaced by another file since")
        + ". Nothing of it was ingested now. Put what is new into a file of another name")
  }
}

/// Opens a file to be read; a symbolic link is refused with a word on what to do about it.
func openInput(
  _ fileName: String, in directory: any Directory
) throws(DataSourceError) -> any File {
  let path = "\(directory.path)/\(fileName)"
  return try attempt(to: "open the input") {
    () throws(IOFailure) -> Result<any File, DataSourceError> in
    do throws(IOFailure) {
      return .success(try directory.openFile(fileName, .read))
    } catch {
      guard error.isSymbolicLink else { throw error }
      let word = Shell.quoted(path)
      return .failure(
        DataSourceError(
          "\(path) is a symbolic link, and those are not followed: what they lead to can change "
            + "between two runs. Put the file itself in its place, for instance as a hard link (ln "
            + "-f \"$(readlink -f \(word))\" \(word)), or read the directory that holds it",
          underlying: error))
    }
  }.get()
}

/// Reads a file that does not even have a whole header yet: nothing, and says so.
struct HeaderlessReader: DataSourceReader {
  let file: any File
  let path: String
  let report: @Sendable (FileNotice) -> Void

  func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    let byteCount = try attempt(to: "tell the size") { () throws(IOFailure) in
      try file.byteCount()
    }
    if byteCount > 0 { report(.heldBack(file: path, line: 1, byteCount: Int(byteCount))) }
    return nil
  }
}

/// Reads a complete file, and says in the state when it is done with it.
struct CompleteFileReader: DataSourceReader {
  private var base: (any DataSourceReader<NDJSONRows>)?
  private var last: FilePosition?
  private var isComplete: Bool

  init(base: (any DataSourceReader<NDJSONRows>)?, last: FilePosition?, isComplete: Bool) {
    self.base = base
    self.last = last
    self.isComplete = isComplete
  }

  mutating func next() async throws(DataSourceError) -> DataSourcePayload<NDJSONRows>? {
    if let payload = try await base?.next() {
      last = try FilePosition(payload.state, of: "the input")
      return payload
    }
    base = nil
    guard !isComplete, var position = last else { return nil }
    isComplete = true
    position.isComplete = true
    return DataSourcePayload(
      data: NDJSONRows(bytes: [], rowCount: 0), state: position.stateObject, inputByteCount: 0)
  }
}
