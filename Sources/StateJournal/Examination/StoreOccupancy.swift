import FileIO
public import JournalEngine

/// What stands where a store is, or is to be.
public enum StoreOccupancy: Sendable, Equatable {
  /// A store, sound or damaged, or of a newer format.
  case store
  /// Nothing, or only what a creation that was interrupted left, or the `lost+found` of a disk: opening
  /// makes an empty store of it.
  case vacant
  /// Something else; the name of a file of it. State and other files do not mix, though opening would not
  /// mind them.
  case other(name: String)
}

extension JournalInspector {
  /// Tells whether a store is in the directory, or could be made there. Writes nothing.
  ///
  /// `open` of ``JournalStateStorage`` makes a store where there is none, whatever else is in the
  /// directory. Who takes its path from a person or a configuration asks first:
  ///
  /// ```swift
  /// if case .other(let name) = try JournalInspector(path).occupancy() {
  ///   print("\(path) is no place for state: \(name) is there")
  /// }
  /// ```
  ///
  /// - Throws: ``JournalError/Reason/io(_:)`` when the directory cannot be looked into, as where the path
  ///   is that of a file.
  /// - Complexity: as ``status(isExact:)`` that is not exact.
  public func occupancy() throws(JournalError) -> StoreOccupancy {
    let names: [String]
    do {
      let directory = try fileSystem.openDirectory(path, creating: false)
      names = try directory.list()
      if try directory.undecodableNameCount() > 0 { return .other(name: "other files") }
    } catch {
      if error.isMissing { return .vacant }
      throw JournalError(error)
    }
    do {
      let status = try status(isExact: false)
      if status.store != nil || status.failure != nil { return .store }
      // A creation that was interrupted says of no store. It may have been begun among other files.
      return Self.occupancy(by: StoreChecks.obstacle(among: names, isBegun: true))
    } catch {
      switch error.reason {
      case .newerFormat: return .store
      case .notAStore: return Self.occupancy(by: StoreChecks.obstacle(among: names))
      default: throw error
      }
    }
  }

  private static func occupancy(by obstacle: String?) -> StoreOccupancy {
    obstacle.map { .other(name: $0) } ?? .vacant
  }
}
