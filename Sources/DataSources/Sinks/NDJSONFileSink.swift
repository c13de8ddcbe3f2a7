public import FileIO
public import StateJournal

/// Writes the rows of each stream to a file of its own, as lines of NDJSON, exactly once: the length of
/// the file is part of the stream's state, and whatever lies behind it is cut off at the start of the
/// next run.
///
/// ```swift
/// let sink = try NDJSONFileSink("out")
/// ```
///
/// The file of a stream is named after it, with `.ndjson` behind. When `write` returns, the rows survive
/// power loss. A file that the state knows nothing of is left alone, and one that is shorter than the
/// state says is refused. Two streams of one name (of two sources) are refused too.
public actor NDJSONFileSink: IngestionSink {
  /// What names of files end in.
  public static let suffix = ".ndjson"

  private var files: OutputFiles
  private let executor = BlockingExecutor(label: "ndjson-sink")

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// A sink for files in a directory, which is created when it is missing.
  ///
  /// - Throws: when the directory, or the one that is to hold it, cannot be opened.
  public init(
    _ path: String, in files: any FileSystem = POSIXFileSystem()
  ) throws(DataSourceError) {
    self.files = try OutputFiles(path, in: files)
  }

  public func resume(
    _ stream: StateAddress, at position: StateObject?
  ) async throws(DataSourceError) -> StateObject? {
    try files.resume(stream, as: stream.name + Self.suffix, at: position)
  }

  public func write(
    _ group: PayloadGroup<NDJSONRows>
  ) async throws(DataSourceError) -> [StateAddress: StateObject] {
    try files.append(group.entries.map { ($0.stream, $0.payload.data.bytes) })
  }

  public func close() async { files.close() }
}
