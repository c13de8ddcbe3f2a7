import FileIO
import StateJournal

/// One file for each stream, each as long as the state says: what a sink that writes files is made of.
struct OutputFiles {
  /// The most files that stay open between groups.
  static let maximumOpenFileCount = 64

  struct Output {
    let name: String
    /// The bytes that are written, at first those that the state vouches for.
    var length: Int64
    /// Whether the name is known to be durable. It is once something was committed under it.
    var hasDurableName: Bool
    var file: (any File)?
  }

  let directory: any Directory
  private var outputs: [StateAddress: Output] = [:]
  /// Whose file each name is. As equal as Swift takes names to be, since some file systems do as well.
  private var owners: [String: StateAddress] = [:]

  /// Files in a directory, which is created when it is missing.
  init(_ path: String, in files: any FileSystem) throws(DataSourceError) {
    directory = try attempt(to: "open the output directory") { () throws(IOFailure) in
      try files.openDirectory(path, creating: true)
    }
  }

  /// Brings the file of a stream back to what a position says, and returns the position to go on from.
  ///
  /// A new stream claims its file before anything is in it. After a crash, what is found there is
  /// known to be ours, and cut; without a claim it is somebody else's, and left alone.
  mutating func resume(
    _ stream: StateAddress, as name: String, at position: StateObject?
  ) throws(DataSourceError) -> StateObject {
    if let other = owners[name], other != stream {
      throw DataSourceError(
        "\(stream) and \(other) would both be written to \(directory.path)/\(name): give one of the "
          + "streams another name, or its source a sink of its own")
    }
    let length = try length(in: position, of: name)
    try cut(name, to: length)
    owners[name] = stream
    outputs[stream] = Output(name: name, length: length ?? 0, hasDurableName: (length ?? 0) > 0)
    return Self.position(name, length ?? 0)
  }

  /// The bytes of a stream's file so far.
  func length(of stream: StateAddress) throws(DataSourceError) -> Int64 {
    try output(of: stream).length
  }

  /// Appends to the files of some streams and makes them durable; returns the positions.
  mutating func append(
    _ pieces: [(stream: StateAddress, bytes: [UInt8])]
  ) throws(DataSourceError) -> [StateAddress: StateObject] {
    var written: [StateAddress: Output] = [:]
    for (stream, bytes) in pieces {
      var output: Output
      if let known = written[stream] {
        output = known
      } else {
        output = try self.output(of: stream)
      }
      try write(bytes, to: &output)
      written[stream] = output
    }
    try sync(&written)
    outputs.merge(written) { $1 }
    closeFiles(except: written)
    return written.mapValues { Self.position($0.name, $0.length) }
  }

  /// Lets go of all files.
  mutating func close() {
    outputs = [:]
    owners = [:]
  }

  private func output(of stream: StateAddress) throws(DataSourceError) -> Output {
    if let output = outputs[stream] { return output }
    throw DataSourceError("a payload of \(stream), which the sink was never told about")
  }

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

  private mutating func closeFiles(except written: [StateAddress: Output]) {
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
          "\(path) has \(found) bytes, but the state knows nothing of it. Use the state that belongs "
            + "to it, or move it away, or choose another directory for the output")
      }
      return
    }
    guard found >= length else {
      throw DataSourceError(
        "\(path) has \(found) bytes, but \(length) were written and committed: it was cut, removed "
          + "or replaced. Bring it back, or ingest everything anew with another output and another "
          + "state")
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

  private func length(
    in position: StateObject?, of name: String
  ) throws(DataSourceError) -> Int64? {
    guard let position else { return nil }
    guard position["file"]?.string == name, let length = position["length"]?.int, length >= 0 else {
      throw DataSourceError(
        "the position of \(directory.path)/\(name) in the state was not written by this sink, or for "
          + "a file of another name: \(position). Use the state that belongs to the output, or choose "
          + "another directory for it")
    }
    return length
  }
}
