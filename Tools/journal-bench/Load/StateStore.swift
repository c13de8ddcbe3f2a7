import StateJournal

/// What applications use: an object of four members per stream, through data-source state.
struct StateStore: BenchStore {
  struct Access: StreamAccess {
    private let state: JournalDataSourceState
    private let padding: StateValue

    init(_ state: JournalDataSourceState, padding: StateValue) {
      self.state = state
      self.padding = padding
    }

    mutating func number(of stream: Int) throws -> UpdateNumber? {
      let object = try state.readStream(StreamKey.name(stream))
      return object["seq"]?.int.map { UpdateNumber(rawValue: UInt64(bitPattern: $0)) }
    }

    mutating func update(_ stream: Int, to number: UpdateNumber) throws {
      try state.updateStream(StreamKey.name(stream), StateStore.object(number, padding))
    }

    mutating func updateSuspending(_ stream: Int, to number: UpdateNumber) async throws {
      try await state.updateStream(StreamKey.name(stream), StateStore.object(number, padding))
    }
  }

  private let storage: JournalStateStorage
  private let padding: StateValue

  init(opening directory: String, shape: LoadShape) throws {
    storage = try JournalStateStorage.open(directory, options: shape.journalOptions)
    // What the names and the other members take.
    let overhead = 32
    padding = .string(String(repeating: "x", count: max(shape.valueByteCount - overhead, 0)))
  }

  fileprivate static func object(_ number: UpdateNumber, _ padding: StateValue) -> StateObject {
    [
      "seq": .int(Int64(bitPattern: number.rawValue)), "pad": padding,
      "done": .bool(false), "rows": .int(Int64(number.index)),
    ]
  }

  func access() -> Access { Access(storage.source("source"), padding: padding) }

  func fill(_ streams: Range<Int>) throws {
    try storage.apply(
      streams.map { stream in
        .update(
          .stream(StreamKey.name(stream), of: "source"),
          Self.object(
            UpdateNumber.filling(stream), padding))
      })
  }

  func compact() throws { try Self.compacting { try storage.compact(full: true) } }

  func close() throws { try storage.close() }
}
