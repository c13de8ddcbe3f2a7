import JournalEngine
import StateJournal

/// The engine itself: keys and values as bytes.
struct EngineStore: BenchStore {
  struct Access: StreamAccess {
    private let journal: Journal
    private var key = StreamKey()
    private var value: PaddedValue

    init(_ journal: Journal, valueByteCount: Int) {
      self.journal = journal
      value = PaddedValue(byteCount: valueByteCount)
    }

    mutating func number(of stream: Int) throws -> UpdateNumber? {
      key.set(stream)
      return try journal.get(key.bytes.span).flatMap { PaddedValue.number(in: $0.value.span) }
    }

    mutating func update(_ stream: Int, to number: UpdateNumber) throws {
      key.set(stream)
      value.set(number)
      try Self.commit(key, value, in: journal)
    }

    /// Apart, since a closure that held all of the access would have the journal counted each time.
    private static func commit(
      _ key: StreamKey, _ value: PaddedValue, in journal: Journal
    ) throws {
      try journal.commit { record in
        RecordChange.appendPut(key: key.bytes.span, value: value.bytes.span, to: &record)
        return true
      }
    }

    mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws {
      key.set(stream)
      value.set(number)
      try await journal.commit { record in
        RecordChange.appendPut(key: key.bytes.span, value: value.bytes.span, to: &record)
        return true
      }
    }
  }

  private let journal: Journal
  private let shape: LoadShape

  init(opening directory: String, shape: LoadShape) throws {
    try self.init(opening: directory, shape: shape, options: shape.journalOptions)
  }

  init(opening directory: String, shape: LoadShape, options: JournalOptions) throws {
    self.shape = shape
    journal = try Journal.open(directory, in: POSIXFileSystem(), options: options)
  }

  func access() -> Access { Access(journal, valueByteCount: shape.valueByteCount) }

  func fill(_ streams: Range<Int>) throws {
    try put(
      streams.lazy.map { stream in
        (stream, UpdateNumber.filling(stream))
      })
  }

  /// Makes updates as one durable commit.
  func put(_ updates: some Sequence<(Int, UpdateNumber)>) throws {
    var key = StreamKey()
    var value = PaddedValue(byteCount: shape.valueByteCount)
    try journal.commit(.synced) { record in
      for (stream, number) in updates {
        key.set(stream)
        value.set(number)
        RecordChange.appendPut(key: key.bytes.span, value: value.bytes.span, to: &record)
      }
      return true
    }
  }

  func compact() throws { _ = try compact(isFull: true) }

  /// - Parameter isFull: whether everything becomes one snapshot, or what changed a run.
  func compact(isFull: Bool, isForced: Bool = false) throws -> CompactionReport? {
    try Self.compacting { try journal.compact(isFull: isFull, isForced: isForced) }
  }

  /// Walks all entries in key order.
  func walk() throws -> (count: Int, byteCount: Int) {
    var (count, byteCount) = (0, 0)
    func add(_ entry: Entry) -> Bool {
      count += 1
      byteCount += entry.key.count + entry.value.count
      return true
    }
    try journal.forEach(add)
    return (count, byteCount)
  }

  /// Walks all entries in key order, and checks that they are those of the first streams, each with the
  /// whole value that it should have.
  func checkWalk(streamCount: Int, expecting expected: (Int) -> UpdateNumber) throws {
    var key = StreamKey()
    var value = PaddedValue(byteCount: shape.valueByteCount)
    var (count, wrongCount) = (0, 0)
    func check(_ entry: Entry) -> Bool {
      key.set(count)
      value.set(expected(count))
      if entry.key != key.bytes || entry.value != value.bytes { wrongCount += 1 }
      count += 1
      return true
    }
    try journal.forEach(check)
    guard wrongCount == 0, count == streamCount else {
      throw BenchFailure(
        "a walk found \(count) entries instead of \(streamCount), \(wrongCount) of them wrong")
    }
  }

  func close() throws { try journal.close() }

  /// What the journal has counted since it was opened.
  var statistics: JournalStatistics { journal.statistics }
}
