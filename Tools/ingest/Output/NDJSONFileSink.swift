import DataSources
import FileIO
import StateJournal

/// Writes each stream to a file of its own, exactly once: the length of the file is part of the
/// stream's state, and whatever lies behind it is cut off at the start of the next run.
actor NDJSONFileSink: IngestionSink {
  static let suffix = ".ndjson"
  /// The most files that stay open between groups.
  static let maximumOpenFileCount = 64

  private struct Output {
    let name: String
    /// The bytes that are written, at first those that the state vouches for.
    var length: Int64
    /// Whether the name is known to be durable. It is once something was committed under it.
    var hasDurableName: Bool
    var file: (any File)?
  }

  private let directory: any Directory
  private var outputs: [StateAddress: Output] = [:]
  private let executor = BlockingExecutor(label: "ingest.sink")

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// A sink for files in `directory`.
  init(_ directory: any Directory) { self.directory = directory }

  func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? {
    let name = stream.name + Self.suffix
    let length = try Self.length(in: position, of: name)
    try cut(name, to: length)
    outputs[stream] = Output(name: name, length: length ?? 0, hasDurableName: (length ?? 0) > 0)
    // A new stream claims its file before anything is in it. After a crash, what is found there is
    // known to be ours, and cut; without a claim it is somebody else's, and left alone.
    return Self.position(name, length ?? 0)
  }

  func write(
    _ group: PayloadGroup<NDJSONRows>
  ) async throws(DataSourceError) -> [StateAddress: StateObject] {
    var written: [StateAddress: Output] = [:]
    for entry in group.entries {
      guard var output = written[entry.stream] ?? outputs[entry.stream] else {
        throw DataSourceError("a payload of \(entry.stream), which the sink was never told about")
      }
      try write(entry.payload.data.bytes, to: &output)
      written[entry.stream] = output
    }
    try sync(&written)
    outputs.merge(written) { $1 }
    closeFiles(except: written)
    return written.mapValues { Self.position($0.name, $0.length) }
  }

  func close() async { outputs = [:] }

  private func write(_ bytes: [UInt8], to output: inout Output) throws(DataSourceError) {
    if bytes.isEmpty { return }
    if output.file == nil { output.file = try open(output.name) }
    try attempt(to: "write the output") {
      [file = output.file, length = output.length] () throws(IOFailure) in
      try file?.writeFully(bytes.span, at: length)
    }
    output.length += Int64(bytes.count)
  }

  private func open(_ name: String) throws(DataSourceError) -> any File {
    try attempt(to: "open the output") { () throws(IOFailure) in
      try directory.openFile(name, .createIfMissing)
    }
  }

  /// Makes data and names durable. The state that covers them is committed next; the other way
  /// round, a power cut in between would leave a state that skips rows which are nowhere.
  private func sync(_ written: inout [StateAddress: Output]) throws(DataSourceError) {
    for output in written.values {
      guard let file = output.file else { continue }
      try attempt(to: "make the output durable") { () throws(IOFailure) in try file.sync() }
    }
    let unnamed = written.filter { $0.value.file != nil && !$0.value.hasDurableName }.keys
    if unnamed.isEmpty { return }
    try attempt(to: "make the output durable") { () throws(IOFailure) in try directory.sync() }
    for stream in unnamed { written[stream]?.hasDurableName = true }
  }

  private func closeFiles(except written: [StateAddress: Output]) {
    guard outputs.values.count(where: { $0.file != nil }) > Self.maximumOpenFileCount else {
      return
    }
    for stream in outputs.keys where written[stream] == nil { outputs[stream]?.file = nil }
  }

  /// Brings a file back to the length that the state vouches for; `nil` is no state at all.
  private func cut(_ name: String, to length: Int64?) throws(DataSourceError) {
    let path = "\(directory.path)/\(name)"
    let file = try attempt(to: "open the output") { () throws(IOFailure) -> (any File)? in
      do throws(IOFailure) {
        return try directory.openFile(name, .readWrite)
      } catch {
        guard error.isMissing else { throw error }
        return nil
      }
    }
    let found = try attempt(to: "tell the size of the output") { () throws(IOFailure) in
      try file?.byteCount() ?? 0
    }
    guard let length else {
      guard found == 0 else {
        throw DataSourceError(
          "\(path) has \(found) bytes, but the state knows nothing of it. Point --state to the "
            + "state that belongs to it, or move it away, or choose another --to")
      }
      return
    }
    guard found >= length else {
      throw DataSourceError(
        "\(path) has \(found) bytes, but \(length) were written and committed: it was cut, removed "
          + "or replaced. Bring it back, or ingest everything anew with another --to and --state")
    }
    if found > length {
      try attempt(to: "cut the output back") { () throws(IOFailure) in
        try file?.truncate(to: length)
      }
    }
  }

  private static func position(_ name: String, _ length: Int64) -> StateObject {
    ["file": .string(name), "length": .int(length)]
  }

  private static func length(
    in position: StateObject?, of name: String
  ) throws(DataSourceError) -> Int64? {
    guard let position else { return nil }
    guard position["file"]?.string == name, let length = position["length"]?.int, length >= 0 else {
      throw DataSourceError(
        "the state of \(name) was not written by ingest: \(position)")
    }
    return length
  }
}
