import CBench
import StateJournal

/// SQLite with its write-ahead log, one statement per update, on one connection.
struct SQLiteStore: BenchStore {
  @safe fileprivate final class Handle: @unchecked Sendable {
    // Unchecked because the compiler does not know that the functions behind the pointer lock.
    let pointer: OpaquePointer

    init(_ path: String, isSynced: Bool, checkpoints: Bool) throws {
      var opened: OpaquePointer?
      try unsafe SQLiteStore.check(
        bench_sqlite_open(path, isSynced ? 1 : 0, checkpoints ? 1 : 0, &opened))
      guard let opened = unsafe opened else { throw BenchFailure("SQLite did not open \(path)") }
      unsafe pointer = opened
    }

    deinit { unsafe bench_sqlite_close(pointer) }
  }

  struct Access: StreamAccess {
    private let handle: Handle
    private var key = StreamKey()
    private var value: PaddedValue
    private var found: [UInt8]

    fileprivate init(_ handle: Handle, valueByteCount: Int) {
      self.handle = handle
      value = PaddedValue(byteCount: valueByteCount)
      found = value.bytes
    }

    mutating func number(of stream: Int) throws -> UpdateNumber? {
      key.set(stream)
      var count = 0
      try unsafe check(
        bench_sqlite_get(
          handle.pointer, key.bytes, key.bytes.count, &found, found.count, &count))
      return count == found.count ? PaddedValue.number(in: found.span) : nil
    }

    mutating func update(_ stream: Int, to number: UpdateNumber) throws {
      key.set(stream)
      value.set(number)
      try unsafe check(
        bench_sqlite_put(
          handle.pointer, key.bytes, key.bytes.count, value.bytes, value.bytes.count))
    }

    mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws {
      try update(stream, to: number)
    }
  }

  /// The version of the system's library; nil when there is none.
  static var version: String? {
    unsafe bench_sqlite_version().map { unsafe String(cString: $0) }
  }

  private let handle: Handle
  private let shape: LoadShape

  init(opening directory: String, shape: LoadShape) throws {
    self.shape = shape
    handle = try Handle(
      "\(directory)/state.sqlite", isSynced: shape.isSynced, checkpoints: shape.compactsByItself)
  }

  func access() -> Access { Access(handle, valueByteCount: shape.valueByteCount) }

  func fill(_ streams: Range<Int>) throws {
    try transaction {
      var access = access()
      for stream in streams {
        try access.update(stream, to: UpdateNumber.filling(stream))
      }
    }
  }

  /// Runs `body` as one transaction.
  func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    try execute("BEGIN IMMEDIATE")
    let result = try body()
    try execute("COMMIT")
    return result
  }

  func compact() throws { try execute("PRAGMA wal_checkpoint(TRUNCATE)") }

  /// Begins a transaction that ends with the store.
  func begin() throws { try execute("BEGIN") }

  /// Walks all entries in key order.
  func walk() throws -> (count: Int, byteCount: Int) {
    var (count, byteCount) = (UInt64(0), UInt64(0))
    try unsafe Self.check(bench_sqlite_walk(handle.pointer, &count, &byteCount))
    return (Int(count), Int(byteCount))
  }

  private func execute(_ statement: String) throws {
    try unsafe Self.check(bench_sqlite_execute(handle.pointer, statement))
  }

  /// The handle closes with the last who holds it.
  func close() throws {}

  fileprivate static func check(_ message: UnsafePointer<CChar>?) throws {
    if let message = unsafe message {
      throw BenchFailure("SQLite: \(unsafe String(cString: message))")
    }
  }
}

extension SQLiteStore.Access {
  private func check(_ message: UnsafePointer<CChar>?) throws {
    try unsafe SQLiteStore.check(message)
  }
}
