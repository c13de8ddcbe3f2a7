public import FileIO

/// Properties in one file of JSON, as tools for local development keep them.
///
/// When a changing call returns, the change survives `kill -9` and power loss: a new content is
/// written beside the old one, synced and renamed over it. The file is locked (by `NAME.lock` beside
/// it) for as long as it is open, so that two processes cannot undo one another's changes. A damaged
/// or empty file is an error with its path, line and column; a missing one holds no properties.
public actor JSONFileProperties: Properties {
  private let executor: BlockingExecutor
  private var file: PropertiesFile

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  private init(_ file: PropertiesFile, on executor: BlockingExecutor) {
    self.file = file
    self.executor = executor
  }

  /// Opens the file at `path`, which need not be there yet; the directory must be.
  ///
  /// - Throws: ``StateError/Reason/storage`` when it is open already, and when the operating system
  ///   refuses something.
  public static func open(
    _ path: String, in fileSystem: any FileSystem = POSIXFileSystem()
  ) async throws(StateError) -> JSONFileProperties {
    let file = try await BlockingWork.run { () throws(StateError) in
      try PropertiesFile(opening: path, in: fileSystem)
    }
    return JSONFileProperties(file, on: BlockingExecutor(label: "state-journal.properties"))
  }

  // Asynchronous, although they never suspend: in asynchronous code a synchronous method would lose
  // against the protocol's default of the same name, which is not atomic.

  public func getAll() async throws(StateError) -> StateObject { try file.read() }

  public func setAll(_ properties: StateObject) async throws(StateError) {
    try file.write(properties)
  }

  public func replaceAll(
    _ expected: StateObject, with properties: StateObject
  ) async throws(StateError) -> Bool {
    guard try file.read() == expected else { return false }
    try file.write(properties)
    return true
  }

  /// Gives the file to others. Everything fails from then on; closing again does nothing.
  public func close() { file.close() }
}
