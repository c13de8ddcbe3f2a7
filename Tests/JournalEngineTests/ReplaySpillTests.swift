import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// A replay that may hold next to nothing puts nearly every commit into a run of its own.
@Suite("A long log is replayed within bounded memory")
struct ReplaySpillTests {
  private static let nothing = ReplayMemory.bounded(byteCount: 1)

  /// A store of which no commit is lost: `states[n]` is the state after commit `n + 1`.
  private struct Past {
    var system: SimulatedFileSystem
    var states: [StoreState]
  }

  /// Puts, removals and removals by prefix over few keys; compacted on the way if `compacts`.
  private func past(seed: UInt64, compacts: Bool) throws -> Past {
    var generator = SeededGenerator(seed: seed)
    let system = SimulatedFileSystem(seed: seed)
    var options = JournalOptions.small(2000)
    options.retainedGenerationCount = 1000
    let journal = try system.open(options)
    var states: [StoreState] = [[:]]
    for number in 0..<120 {
      let changes = (0...Int.random(in: 0...2, using: &generator)).map { _ -> StoreChange in
        let key = ["a", "b"].randomElement(using: &generator) ?? "a"
        let name = key + String(Int.random(in: 0..<20, using: &generator))
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: return .removePrefix(String(name.prefix(2)))
        case 1: return .removePrefix(key)
        case 2, 3: return .remove(name)
        default: return .put(name, "\(number)")
        }
      }
      var state = states.last ?? [:]
      state.apply(changes)
      let sequence = try #require(try journal.commit(changes))
      // The session introduces itself in a commit of its own.
      while states.count < Int(sequence.rawValue) { states.append(states.last ?? [:]) }
      states.append(state)
      if compacts, number % 37 == 36 { try journal.compact(isFull: number > 70) }
    }
    return Past(system: system, states: states)
  }

  @Test(
    "Every past state is what it was, in order, by key and by prefix",
    arguments: 0..<6 as Range<UInt64>)
  func everyState(seed: UInt64) throws {
    let past = try past(seed: seed, compacts: !seed.isMultiple(of: 2))
    for (number, state) in past.states.enumerated().dropFirst() {
      let reader = try JournalReader(
        storePath, in: past.system, at: LogSequenceNumber(UInt64(number)), within: Self.nothing)
      #expect(try reader.view.state() == state, "seed \(seed), commit \(number)")
      guard number.isMultiple(of: 10) else { continue }
      for key in ["a0", "a7", "b3", "b19", "none"] {
        let found = try reader.view.get(Array(key.utf8).span)
        #expect(found.map { String(decoding: $0.value, as: UTF8.self) } == state[key])
      }
      var part: StoreState = [:]
      let cursor = reader.view.cursor(prefix: Array("a1".utf8))
      var entry = Entry()
      while try cursor.next(into: &entry) { part.take(entry) }
      #expect(part == state.filter { $0.key.hasPrefix("a1") })
    }
    #expect(!past.system.filePaths.contains { $0.hasSuffix(".scratch") })
  }

  @Test("The versions of entries are those of the commits that put them")
  func versions() throws {
    let past = try past(seed: 3, compacts: false)
    func versions(_ memory: ReplayMemory) throws -> [String: LogSequenceNumber] {
      let cursor = try JournalReader(storePath, in: past.system, within: memory).view.cursor()
      var versions: [String: LogSequenceNumber] = [:]
      var entry = Entry()
      while try cursor.next(into: &entry) {
        versions[String(decoding: entry.key, as: UTF8.self)] = entry.sequence
      }
      return versions
    }
    #expect(try versions(Self.nothing) == versions(.unbounded))
    #expect(try !versions(.unbounded).isEmpty)
  }

  @Test("However many runs there come to be, few are left open")
  func fewRuns() throws {
    let past = try past(seed: 1, compacts: false)
    let directory = try past.system.openDirectory(storePath, creating: false)
    let log = try #require(try LogLoader.load(directory, for: .reader, within: Self.nothing))
    #expect((2...30).contains(log.spilled.readers.count))
    let whole = try #require(try LogLoader.load(directory, for: .reader))
    #expect(whole.spilled.readers.isEmpty)
  }

  @Test(
    "Where scratch files cannot be made or written, memory is taken instead",
    arguments: [
      Fault(.noSpace, of: .write, on: ".scratch"), Fault(.inputOutput, of: .open, on: ".scratch"),
      Fault(.noSpace, at: 9, of: .write, on: ".scratch"),
      Fault(.inputOutput, at: 2, of: .read, on: ".scratch"),
      Fault(.inputOutput, at: 5, of: .remove, on: ".scratch"),
      Fault(
        .errorAfterPart(byteCount: 30, IOFailure.noSpaceCode), at: 4, of: .write, on: ".scratch"),
    ])
  func noRoom(fault: Fault) throws {
    let past = try past(seed: 2, compacts: false)
    past.system.inject(fault)
    let reader = try JournalReader(storePath, in: past.system, within: Self.nothing)
    #expect(past.system.faults.isEmpty)
    #expect(try reader.view.state() == past.states.last)
  }

  @Test("Damage is judged the same, whatever is kept of the changes, and where")
  func judgement() throws {
    let past = try past(seed: 4, compacts: false)
    let name = try #require(past.system.segmentNames.dropFirst().first)
    try past.system.replace(name) { $0[$0.count / 2] ^= 1 }
    let directory = try past.system.openDirectory(storePath, creating: false)
    func verdict(
      _ memory: ReplayMemory, keeping keys: KeySelection = .everything
    ) -> JournalError? {
      do {
        _ = try LogLoader.load(directory, for: .reader, keeping: keys, within: memory)
        return nil
      } catch {
        return error
      }
    }
    let error = try #require(verdict(.unbounded))
    #expect(verdict(Self.nothing) == error)
    for keys in [KeySelection.prefix(Array("a".utf8)), .key(Array("b".utf8)), .nothing] {
      #expect(verdict(.unbounded, keeping: keys) == error, "\(keys)")
      #expect(verdict(Self.nothing, keeping: keys) == error, "\(keys)")
    }
  }

  @Test("A scratch file that goes bad is no damage of the store")
  func badScratchFile() throws {
    let past = try past(seed: 5, compacts: false)
    let reader = try JournalReader(storePath, in: past.system, within: Self.nothing)
    past.system.inject(Fault(.short(byteCount: 0), of: .read, on: ".scratch", repetitions: 9))
    let error = #expect(throws: JournalError.self) { try reader.view.state() }
    #expect(error?.reason == .unsettled)
    #expect(error?.detail.contains("set TMPDIR to another place") == true)
  }
}
