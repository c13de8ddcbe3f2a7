import FileIO
import JournalEngine
import JournalFormat
import StorageSimulator
import Testing

/// The room that was there at the beginning is taken by somebody else meanwhile.
@Suite("What runs out of room in its midst takes away what it has begun")
struct FullDiskRescueTests {
  @Test("A rewind leaves the store as it was, and neither copies nor unfinished files")
  func rewind() throws {
    var number = 0
    var isDone = false
    var untouched = 0
    while !isDone {
      number += 1
      let store = try WoundedStore(16, compactions: [6])
      store.system.inject(Fault(.noSpace, at: number, of: .write))
      var said = ""
      do {
        _ = try Rewind.run(storePath, in: store.system, to: LogSequenceNumber(9))
        isDone = true
      } catch {
        guard case .outOfSpace = error.reason else { throw error }
        said = error.description
      }
      let state = try store.system.readState().state
      #expect(state == store.states.last || state == store.states[9], "write \(number)")
      // Once the new state is there, the originals are what undoing it takes.
      guard state == store.states.last else { continue }
      let left = store.system.filePaths.filter {
        $0.contains("/quarantine/") || $0.hasSuffix(".tmp")
      }
      #expect(left.isEmpty, "write \(number)")
      let directory = try store.system.openDirectory(storePath, creating: false)
      #expect(try !directory.list().contains("quarantine"), "write \(number)")
      #expect(!said.contains("which may go"), "\(said)")
      untouched += 1
    }
    #expect(number > 8)
    #expect(untouched > 3, "\(untouched) of \(number)")
  }

  @Test(
    "A quarantine that nothing could be put into is gone again",
    arguments: [IOFailure.Operation.makeDirectory, .syncDirectory])
  func emptyQuarantine(operation: IOFailure.Operation) throws {
    var number = 0
    var failureCount = 0
    var isDone = false
    while !isDone {
      number += 1
      let store = try WoundedStore(16, compactions: [6])
      store.system.inject(Fault(.noSpace, at: number, of: operation))
      do {
        _ = try Rewind.run(storePath, in: store.system, to: LogSequenceNumber(9))
        isDone = true
      } catch {
        guard try store.system.readState().state == store.states.last else { continue }
        failureCount += 1
        let directory = try store.system.openDirectory(storePath, creating: false)
        #expect(try !directory.list().contains("quarantine"), "\(operation) \(number): \(error)")
      }
    }
    #expect(failureCount > 1)
  }

  @Test(
    "An opening that cannot set a torn tail aside leaves no copy of it, and the next one does it",
    arguments: [IOFailure.Operation.write, .open, .sync, .rename])
  func tornTail(operation: IOFailure.Operation) throws {
    var number = 0
    var failureCount = 0
    var isDone = false
    while !isDone {
      number += 1
      let store = try WoundedStore(6, .small(100_000), closing: false)
      let system = store.system.afterProcessKill()
      let name = try #require(system.segmentNames.last)
      try system.replace(name) { $0 = Array($0[..<($0.lastIndex { $0 != 0 } ?? 0)]) }
      system.inject(Fault(.noSpace, at: number, of: operation))
      do {
        try system.open().close()
        system.clearFaults()
        isDone = true
      } catch {
        failureCount += 1
        let left = system.filePaths.filter { $0.contains("/quarantine/") }
        #expect(left.allSatisfy { $0.hasSuffix(".torn") }, "\(operation) \(number): \(left)")
        system.clearFaults()
        let listed = try DirectoryListing.read(system.store)
        #expect(listed.hasQuarantine == !left.isEmpty, "\(operation) \(number)")
        system.clearFaults()
        try system.open().close()
      }
      let status = try system.status()
      #expect(status.files.contains { $0.kind == .quarantine })
      let set = system.filePaths.filter { $0.contains("/quarantine/") }
      #expect(!set.isEmpty && set.allSatisfy { $0.hasSuffix(".torn") }, "\(set)")
    }
    #expect(failureCount > 0)
  }

  @Test("A first backup leaves a lock file, or a store")
  func backup() throws {
    var number = 0
    var isDone = false
    while !isDone {
      number += 1
      let store = try WoundedStore(16, compactions: [6])
      let source = try store.system.store
      let target = try store.system.openDirectory("backup", creating: true)
      store.system.inject(Fault(.noSpace, at: number, of: .write))
      do {
        _ = try BackupRun.run(from: source, to: target, isIncremental: false)
        isDone = true
      } catch {
        guard case .outOfSpace = error.reason else { throw error }
      }
      let names = try target.list()
      let isBegun = names.contains { $0.hasSuffix(".journal") }
      #expect(isBegun || names.allSatisfy { $0 == "LOCK" }, "write \(number): \(names)")
      #expect(!names.contains { $0.hasSuffix(".tmp") }, "write \(number): \(names)")
    }
    #expect(number > 4)
  }
}
