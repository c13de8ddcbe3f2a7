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
    self.shape = shape
    journal = try Journal.open(directory, in: POSIXFileSystem(), options: shape.journalOptions)
  }

  func access() -> Access { Access(journal, valueByteCount: shape.valueByteCount) }

  func fill(_ streams: Range<Int>) throws {
    var key = StreamKey()
    var value = PaddedValue(byteCount: shape.valueByteCount)
    try journal.commit(.synced) { record in
      for stream in streams {
        key.set(stream)
        value.set(UpdateNumber(writer: UpdateNumber.filler, index: UInt64(stream)))
        RecordChange.appendPut(key: key.bytes.span, value: value.bytes.span, to: &record)
      }
      return true
    }
  }

  func compact() throws { try Self.compacting { try journal.compact(isFull: true) } }

  func close() throws { try journal.close() }
}
