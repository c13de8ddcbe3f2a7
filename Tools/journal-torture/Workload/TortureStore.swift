import FileIO
import JournalEngine
import StateJournal

/// The store that workloads write and checks read.
struct TortureStore {
  static let source = "torture"
  /// The newest update's number, which no value tells after a removal. It is changed in the same
  /// commit as the update, and stays out of the listing.
  static let newest = StateAddress.others("newest", of: "torture-meta")

  let storage: JournalStateStorage

  /// Opens the store, recovering it; a directory without one gets an empty one. The directory must
  /// be there: where a mistyped one would be created, nothing was lost and nothing is there.
  init(_ directory: String, options: JournalOptions) throws(TortureFailure) {
    try Self.requireDirectory(directory)
    do {
      storage = try JournalStateStorage.open(directory, options: options)
    } catch {
      throw TortureFailure(error)
    }
  }

  /// Each key with its value.
  func entries() throws(TortureFailure) -> [(key: String, value: String)] {
    let state: SourceState
    do {
      state = try storage.read(Self.source)
    } catch {
      throw TortureFailure(error)
    }
    var entries: [(key: String, value: String)] = []
    for (key, object) in state.streams {
      entries.append((key, try Self.value(in: object, at: key)))
    }
    return entries
  }

  /// The number of the newest update that the store holds; 0 when it is empty.
  func newestNumber() throws(TortureFailure) -> UInt64 {
    let noted: UInt64?
    do {
      noted = Self.number(in: try storage.read(Self.newest))
    } catch {
      throw TortureFailure(error)
    }
    return try max(noted ?? 0, entries().compactMap { Update.number(of: $0.value) }.max() ?? 0)
  }

  func close() throws(TortureFailure) {
    do {
      try storage.close()
    } catch {
      throw TortureFailure(error)
    }
  }

  static func requireDirectory(_ directory: String) throws(TortureFailure) {
    do throws(IOFailure) {
      _ = try POSIXFileSystem().openDirectory(directory, creating: false)
    } catch {
      throw TortureFailure(.failed, "\(error)")
    }
  }

  /// The value in the object of a key.
  static func value(in object: StateObject, at key: String) throws(TortureFailure) -> String {
    guard let value = object["value"]?.string else {
      throw TortureFailure(.failed, "\(key) holds what no workload wrote: \(object)")
    }
    return value
  }

  static func address(of update: Update) -> StateAddress { .stream(update.key, of: source) }

  /// What an update gives to its address; nil when it removes what is there.
  static func object(of update: Update, withDeletions: Bool) -> StateObject? {
    withDeletions && update.isDeletion ? nil : ["value": .string(update.value)]
  }

  /// The object that notes a number.
  static func note(_ number: UInt64) -> StateObject {
    ["number": .int(Int64(bitPattern: number))]
  }

  /// The number that an object notes.
  static func number(in note: StateObject) -> UInt64? {
    note["number"]?.int.map(UInt64.init(bitPattern:))
  }
}
