import StateJournal

/// SQLite as somebody uses it who has many writers: what they want to write is gathered, and one
/// thread makes a transaction of all that has come in while it wrote the last one.
struct SQLiteBatches: BenchStore {
  fileprivate enum Waiter {
    case task(CheckedContinuation<Void, any Error>)
    case thread(Monitor<Result<Void, any Error>?>)

    func end(_ result: Result<Void, any Error>) {
      switch self {
      case .task(let continuation): continuation.resume(with: result)
      case .thread(let monitor):
        monitor.withLock { $0 = result }
        monitor.notifyAll()
      }
    }
  }

  fileprivate struct Wish {
    var stream: Int
    var number: UpdateNumber
    var waiter: Waiter
  }

  fileprivate struct Queue {
    var wishes: [Wish] = []
    var isClosed = false
  }

  fileprivate final class Batcher: Sendable {
    private let queue = Monitor(Queue())

    func add(_ wish: sending Wish) {
      let isFirst = queue.withLock { queue in
        queue.wishes.append(wish)
        return queue.wishes.count == 1
      }
      if isFirst { queue.notifyOne() }
    }

    func close() {
      queue.withLock { $0.isClosed = true }
      queue.notifyOne()
    }

    /// Makes transactions until the queue is closed.
    func work(_ store: SQLiteStore) {
      while true {
        let wishes = queue.wait { queue -> [Wish]? in
          if queue.wishes.isEmpty { return queue.isClosed ? [] : nil }
          defer { queue.wishes.removeAll() }
          return queue.wishes
        }
        if wishes.isEmpty { return }
        let result = Result<Void, any Error> {
          try store.transaction {
            var access = store.access()
            for wish in wishes { try access.update(wish.stream, to: wish.number) }
          }
        }
        for wish in wishes { wish.waiter.end(result) }
      }
    }
  }

  struct Access: StreamAccess {
    private let batcher: Batcher
    private let ended = Monitor<Result<Void, any Error>?>(nil)
    private var reading: SQLiteStore.Access

    fileprivate init(_ batcher: Batcher, _ reading: SQLiteStore.Access) {
      (self.batcher, self.reading) = (batcher, reading)
    }

    mutating func number(of stream: Int) throws -> UpdateNumber? {
      try reading.number(of: stream)
    }

    mutating func update(_ stream: Int, to number: UpdateNumber) throws {
      batcher.add(Wish(stream: stream, number: number, waiter: .thread(ended)))
      try ended.wait { result in
        defer { result = nil }
        return result
      }.get()
    }

    mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws {
      let batcher = batcher
      try await withCheckedThrowingContinuation { continuation in
        batcher.add(Wish(stream: stream, number: number, waiter: .task(continuation)))
      }
    }
  }

  private let store: SQLiteStore
  private let batcher = Batcher()
  private let thread: OwnedThread

  init(opening directory: String, shape: LoadShape) throws {
    let store = try SQLiteStore(opening: directory, shape: shape)
    let batcher = batcher
    self.store = store
    thread = try OwnedThread(name: "sqlite-batches") { batcher.work(store) }
  }

  func access() -> Access { Access(batcher, store.access()) }
  func fill(_ streams: Range<Int>) throws { try store.fill(streams) }
  func compact() throws { try store.compact() }

  func close() throws {
    batcher.close()
    thread.join()
  }

  /// One for a race; nil where the system has no SQLite.
  static func contender(
    _ shape: LoadShape, in workplace: Workplace, writerCount: Int, usesTasks: Bool = false
  ) throws -> StoreContender<SQLiteBatches>? {
    guard SQLiteStore.version != nil else { return nil }
    return try StoreContender(
      SQLiteBatches.self, shape, in: workplace, writerCount: writerCount, usesTasks: usesTasks)
  }
}
