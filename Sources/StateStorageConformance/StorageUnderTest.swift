public import StateJournal

/// A storage that is to be held to the promises of `StateStorage`: how to open one, and which
/// promises beyond the common ones it makes.
///
/// ```swift
/// let mine = StorageUnderTest("mine", roles: [.concurrency, .disk]) { directory in
///   try await MyStorage.open("\(directory)/state")
/// } close: { storage in
///   await storage.close()
/// }
/// ```
public struct StorageUnderTest: Sendable {
  /// What a storage may promise beyond what one caller at a time may expect of every storage.
  public enum Role: String, Sendable, CaseIterable {
    /// Any number of callers at a time.
    case concurrency
    /// `ListingStateStorage`.
    case listing
    /// `VersionedStateStorage`.
    case versions
    /// `TransactionalStateStorage`.
    case transactions
    /// What was acknowledged is there when the place is opened again, after closing it or after the
    /// process was killed.
    case disk
  }

  /// A program that opens the storage and runs ``KillWorkload`` on it, to be killed.
  public struct Helper: Sendable {
    /// The path of the program.
    public var executable: String
    /// Its arguments, the place among them.
    public var arguments: @Sendable (_ place: String) -> [String]

    /// A program and its arguments for a place.
    public init(_ executable: String, arguments: @escaping @Sendable (String) -> [String]) {
      self.executable = executable
      self.arguments = arguments
    }
  }

  /// The storage's name, for messages and the matrix.
  public let name: String
  /// What it promises beyond the rest.
  public let roles: Set<Role>
  /// Who opens it to be killed; without one the kill case is not run.
  public var helper: Helper?

  let open: @Sendable (String) async throws -> any StateStorage
  let close: @Sendable (any StateStorage) async throws -> Void

  /// Describes a storage.
  ///
  /// - Parameters:
  ///   - name: what to call it in messages and in the matrix.
  ///   - roles: what it promises beyond what every storage does.
  ///   - open: opens the storage that lives in a directory, which is there and is empty at first. A
  ///     storage in memory does not look at it; one behind a service uses it as a name. The same
  ///     directory is opened again only after `close`, or after the helper was killed.
  ///   - close: lets go of it.
  public init<Storage: StateStorage>(
    _ name: String, roles: Set<Role> = [],
    open: @escaping @Sendable (_ directory: String) async throws -> Storage,
    close: @escaping @Sendable (Storage) async throws -> Void = { _ in }
  ) {
    self.name = name
    self.roles = roles
    self.open = { try await open($0) }
    self.close = { storage in
      if let storage = storage as? Storage { try await close(storage) }
    }
  }

  /// Opens the storage in a directory and runs ``KillWorkload`` on it: what a helper does.
  public func runKillWorkload(in directory: String) async throws {
    try await withStorage(in: directory) { try await KillWorkload.run(on: $0) }
  }

  /// Opens the storage in a directory, gives it to `body` and closes it, whatever happens.
  func withStorage<Result>(
    in directory: String, _ body: (any StateStorage) async throws -> Result
  ) async throws -> Result {
    let storage = try await open(directory)
    let result: Result
    do {
      result = try await body(storage)
    } catch {
      // The first error is the one that says what is wrong.
      try? await close(storage)
      throw error
    }
    try await close(storage)
    return result
  }
}

extension StorageUnderTest: CustomStringConvertible {
  public var description: String { name }
}
