import StateJournal

/// One promise that storages make, and how to hold one to it.
///
/// Cases are values, so that any test framework can run them: a parameterized test takes
/// ``cases(for:)`` as its arguments and calls ``run(on:in:)``.
public struct ConformanceCase: Sendable {
  enum Body: Sendable {
    /// On a storage that was just opened and is empty.
    case fresh(@Sendable (any StateStorage) async throws -> Void)
    /// On an empty directory, where the case opens the storage as often as it likes.
    case placed(@Sendable (StorageUnderTest, _ directory: String) async throws -> Void)
  }

  /// The promise, in plain words.
  public let name: String
  /// Who makes it: storages with all of these roles, and so every storage when there are none.
  public let roles: Set<StorageUnderTest.Role>
  /// Whether it takes a ``StorageUnderTest/Helper``.
  public let needsHelper: Bool
  private let body: Body

  init(
    _ name: String, roles: Set<StorageUnderTest.Role> = [], needsHelper: Bool = false,
    _ body: Body
  ) {
    self.name = name
    self.roles = roles
    self.needsHelper = needsHelper
    self.body = body
  }

  /// All promises, those of every storage first.
  public static let all: [ConformanceCase] = [
    objectCases, nameCases, valueCases, changeCases, keyCases, concurrencyCases, roleCases,
    diskCases,
  ].flatMap { $0 }

  /// The promises that a storage makes.
  public static func cases(for storage: StorageUnderTest) -> [ConformanceCase] {
    all.filter { $0.applies(to: storage) }
  }

  /// Whether a storage makes this promise (and, where a process has to be killed, says which).
  public func applies(to storage: StorageUnderTest) -> Bool {
    roles.isSubset(of: storage.roles) && (!needsHelper || storage.helper != nil)
  }

  /// Holds a fresh storage to the promise.
  ///
  /// - Parameters:
  ///   - storage: what is to keep the promise.
  ///   - directory: where to make the storage's own directory, which is removed afterwards; the
  ///     system's temporary one when nil.
  /// - Throws: ``ConformanceFailure`` when the storage does otherwise, and whatever it throws itself.
  public func run(on storage: StorageUnderTest, in directory: String? = nil) async throws {
    try await withScratchDirectory(in: directory) { place in
      switch body {
      case .fresh(let check): try await storage.withStorage(in: place, check)
      case .placed(let check): try await check(storage, place)
      }
    }
  }
}

extension ConformanceCase: CustomStringConvertible {
  public var description: String { name }
}
